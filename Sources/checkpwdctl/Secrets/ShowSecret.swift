import ArgumentParser
import CheckpwdCore
import SecretStore
import StoreAdministration

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
