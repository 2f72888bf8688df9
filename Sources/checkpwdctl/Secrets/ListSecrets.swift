import ArgumentParser
import CheckpwdCore
import SecretStore
import StoreAdministration

struct ListSecrets: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Print every login that has a secret, one a line: login, created, changed, last used.",
        discussion: """
            Tabs are between them, but on a terminal, where they stand in columns. A login was last used by CRAM-MD5 or APOP, as far back as the replay cache remembers: \
            for as long as a challenge is good.
            """)

    @OptionGroup var options: StoreOptions

    @Option(
        help: ArgumentHelp(
            """
            The folder of pam-checkpwd's replay cache. (default: \(ReplayCache.defaultFolder), or the store's database)
            """, valueName: "folder"))
    var replayCache: String?

    @Flag(help: "Print the logins alone.")
    var names = false

    @Flag(help: "Print one JSON object a line.")
    var json = false

    func validate() throws {
        if names, json { throw ValidationError("--names and --json exclude each other.") }
    }

    func run() throws {
        try failing { () throws(Failure) in
            let keeper = options.keeper
            let entries = try keeper.entries()
            guard !names else { return try ListSecrets.write(names: entries.map(\.login)) }
            let uses = try keeper.store.replayCache(in: replayCache.map { [UInt8]($0.utf8) }).lastUses()
            if json {
                for entry in entries {
                    try Output.write(
                        JSON.object([
                            ("login", .bytes(entry.login.bytes)), ("created", .time(entry.created)),
                            ("changed", .time(entry.changed)), ("used", .time(uses[entry.login.bytes])),
                        ]))
                }
            } else {
                // Logins are not sealed: one may be somebody's who wrote into the file, for a terminal to obey.
                try ListSecrets.write(
                    rows: entries.map { entry in
                        [Output.printable(entry.login.bytes)]
                            + [entry.created, entry.changed, uses[entry.login.bytes]].map { [UInt8](Timestamp.text($0).utf8) }
                    })
            }
        }
    }

    /// For scripts with tabs between, for a person in columns, with a head.
    private static func write(rows: [[[UInt8]]]) throws(Failure) {
        guard Output.isTerminal else {
            for row in rows { try Output.write(Array(row.joined(separator: [UInt8]("\t")))) }
            return
        }
        guard !rows.isEmpty else { return try Output.write([UInt8]("no login has a secret")) }
        for line in ListSecrets.columns(rows) { try Output.write(line) }
    }

    /// The lines of a table with a head.
    ///
    /// - Parameter rows: login, created, changed, last used.
    static func columns(_ rows: [[[UInt8]]]) -> [[UInt8]] {
        let table = [["login", "created", "changed", "last used"].map { [UInt8]($0.utf8) }] + rows
        let width = table.map { characters(in: $0[0]) }.max() ?? 0
        return table.map { row in
            let login = row[0] + [UInt8](repeating: UInt8(ascii: " "), count: width - characters(in: row[0]))
            // The times are of one width, but for a hyphen in the last place, the head, and years that nobody lives in.
            let times = row[1...].map { $0 + [UInt8](repeating: UInt8(ascii: " "), count: max(0, 20 - $0.count)) }
            var line = Array(([login] + times).joined(separator: [UInt8]("  ")))
            while line.last == UInt8(ascii: " ") { line.removeLast() }
            return line
        }
    }

    private static func characters(in text: [UInt8]) -> Int { String(decoding: text, as: UTF8.self).count }

    private static func write(names: [LoginName]) throws(Failure) {
        var unprintable = 0
        for name in names {
            // Nothing that a script could take for another login.
            guard !name.hasControlByte else {
                unprintable += 1
                continue
            }
            try Output.write(Output.isTerminal ? Output.printable(name.bytes) : name.bytes)
        }
        guard unprintable == 0 else {
            throw .rejected(
                Cause(
                    .loginsWithControlBytesLeftOut, about: [UInt8](decimal: unprintable),
                    remedy: "the store is damaged, or somebody wrote into it; store check"))
        }
    }
}

struct ShowSecret: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Print what is known of a login: when its secret was set, and under which key.")

    @OptionGroup var options: StoreOptions

    @Flag(help: "Print the secret itself, and nothing else.")
    var reveal = false

    @Flag(help: "Print a JSON object.")
    var json = false

    @OptionGroup var login: LoginArgument

    func validate() throws {
        if reveal, json { throw ValidationError("--reveal and --json exclude each other.") }
    }

    func run() throws {
        try failing { () throws(Failure) in
            guard let entry = try options.keeper.entry(of: login.name) else { throw login.isUnknown }
            // Opened in any case: what cannot be opened is damaged.
            guard let secret = try options.keeper.store.secret(of: login.name, with: options.keys) else {
                throw login.isUnknown
            }
            if reveal { return try secret.withUnsafeBytes { (secret) throws(Failure) in try Output.write(secret) } }
            let key = Hex.encode(entry.key?.bytes ?? [])
            if json {
                try Output.write(
                    JSON.object([
                        ("login", .bytes(entry.login.bytes)), ("created", .time(entry.created)),
                        ("changed", .time(entry.changed)), ("key", .bytes(key)),
                    ]))
            } else {
                try Output.write([UInt8]("login\t") + Output.printable(entry.login.bytes))
                try Output.write([UInt8]("created\t\(Timestamp.text(entry.created))".utf8))
                try Output.write([UInt8]("changed\t\(Timestamp.text(entry.changed))".utf8))
                try Output.write([UInt8]("key\t") + key)
            }
        }
    }
}
