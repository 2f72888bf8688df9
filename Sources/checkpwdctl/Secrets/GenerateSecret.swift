import ArgumentParser
import CheckpwdCore
import Cryptography
import StoreAdministration

struct GenerateSecret: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate", abstract: "Give a login a new random secret, and show it once.",
        discussion: """
            Letters and digits that cannot be confused with others. It is shown on the terminal, whatever standard output \
            is, unless --reveal says otherwise. It is the login's once the command has ended with exit status 0.
            """)

    @OptionGroup var store: WritableStoreOptions

    @Option(help: ArgumentHelp("How many characters, from 12 to 1024; each is worth 5.78 bits.", valueName: "number"))
    var length = 20

    @Flag(help: "Print the secret to standard output: for scripts.")
    var reveal = false

    @OptionGroup var login: LoginArgument

    func validate() throws {
        guard (12...SecretSource.limit).contains(length) else { throw ValidationError("--length is from 12 to 1024.") }
    }

    func run() throws {
        try failing { () throws(Failure) in
            let keeper = store.keeper
            // Before it is shown: what cannot be set is better not seen.
            try keeper.requireReadable()
            let secret = try ReadableSecret.make(length: length)
            // Before it is set: a secret that nobody has seen would lock the login out.
            if reveal {
                try secret.withUnsafeBytes { (secret) throws(Failure) in try Output.write(secret) }
            } else {
                try Terminal(remedy: "use --reveal in scripts").show(secret)
            }
            try keeper.set(secret, of: login.name, now: Timestamp.now)
        }
    }
}
