import ArgumentParser
import Credentials
import Cryptography
import StoreKeeping
import Verdicts

struct GenerateSecret: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate", abstract: "Give a login a new random secret, and show it once.",
        discussion: """
            Letters and digits that cannot be confused with others. It is shown on the terminal, whatever standard output \
            is, unless --reveal says otherwise.
            """)

    @OptionGroup var store: WritableStoreOptions
    @OptionGroup var login: LoginArgument

    @Option(help: "How many characters, from 12 to 1024; each is worth 5.78 bits.")
    var length = 20

    @Flag(help: "Print the secret to standard output: for scripts.")
    var reveal = false

    func validate() throws {
        guard (12...SecretSource.limit).contains(length) else { throw ValidationError("--length is from 12 to 1024.") }
    }

    func run() throws {
        try failing { () throws(Failure) in
            let secret = try ReadableSecret.make(length: length)
            if reveal {
                try store.keeper.set(secret, of: login.name, now: Timestamp.now)
                return try secret.withUnsafeBytes { (secret) throws(Failure) in try Output.write(secret) }
            }
            // Before it is set: a secret that nobody has seen would lock the login out.
            let terminal = try Terminal(remedy: "use --reveal in scripts")
            try store.keeper.set(secret, of: login.name, now: Timestamp.now)
            terminal.show(secret)
        }
    }
}
