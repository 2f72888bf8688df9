import ArgumentParser
import CheckpwdCore
import Cryptography
import SecretStore
import StoreAdministration

struct SetSecret: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Give a login a secret, in place of the one it may have.",
        discussion: "Asks for it twice on the terminal, without echo.")

    @OptionGroup var store: WritableStoreOptions
    @OptionGroup var source: SecretSource
    @OptionGroup var preparation: Preparation

    @Flag(help: "Take the secret as it is, also if it looks like a hash or a locked password.")
    var literal = false

    @OptionGroup var login: LoginArgument

    func run() throws {
        try failing { () throws(Failure) in
            // Before the question: whoever answers it should not have done so in vain.
            try store.keeper.requireReadable()
            let secret = try preparation.apply(to: source.read(twice: true))
            if !literal { try SetSecret.requireSecret(secret) }
            try store.keeper.set(secret, of: login.name, now: Timestamp.now)
        }
    }

    /// Scripts that copy passwords from other files come here, too.
    private static func requireSecret(_ secret: borrowing Secret) throws(Failure) {
        let reason: Reason
        switch secret.withUnsafeBytes({ Lookalike.of($0) }) {
        // Most secrets of 13 characters are not hashes of DES.
        case nil, .desHash: return
        case .hash: reason = .secretLooksLikeAHash
        case .locked: reason = .secretLooksLikeALockedPassword
        case .scheme: reason = .secretBeginsWithAScheme
        }
        throw .misused(
            Cause(reason, remedy: "nothing was changed; if it is the secret itself, use --literal"))
    }
}

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
