import ArgumentParser
import ByteStrings
import Credentials
import SecretStore
import StoreKeeping
import Verdicts

struct ListSecrets: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Print every login that has a secret, one a line: login, created, changed, last used.",
        discussion: """
            Tabs are between them. A login was last used by CRAM-MD5 or APOP, as far back as the replay cache remembers: \
            for as long as a challenge is good.
            """)

    @OptionGroup var options: StoreOptions

    @Option(
        help: """
            The folder of pam-checkpwd's replay cache. (default: \(ReplayCache.defaultFolder), or the store's database)
            """)
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
            let uses = names ? [:] : try keeper.store.replayCache(in: replayCache.map { [UInt8]($0.utf8) }).lastUses()
            var unprintable = 0
            for entry in entries {
                let used = uses[entry.login.bytes]
                if names {
                    // Nothing that a script could take for another login.
                    guard !entry.login.hasControlByte else {
                        unprintable += 1
                        continue
                    }
                    try Output.write(entry.login.bytes)
                } else if json {
                    try Output.write(
                        JSON.object([
                            ("login", .bytes(entry.login.bytes)), ("created", .time(entry.created)),
                            ("changed", .time(entry.changed)), ("used", .time(used)),
                        ]))
                } else {
                    let times = [entry.created, entry.changed, used].map { "\t" + Timestamp.text($0) }
                    try Output.write(ListSecrets.printable(entry.login) + [UInt8](times.joined().utf8))
                }
            }
            guard unprintable == 0 else {
                throw .rejected(
                    Cause(
                        "logins with control bytes left out", about: [UInt8](decimal: unprintable),
                        remedy: "the store is damaged, or somebody wrote into it; store check"))
            }
        }
    }

    /// Keys are not sealed: one that no login can have is somebody's who wrote into the file, for a terminal to obey.
    private static func printable(_ login: Login) -> [UInt8] {
        guard login.hasControlByte || !login.bytes.withUnsafeBytes(UTF8Text.isValid) else { return login.bytes }
        var text: [UInt8] = []
        text.appendReadable(login.bytes)
        return text
    }
}
