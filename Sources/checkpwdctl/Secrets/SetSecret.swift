import ArgumentParser
import CheckpwdCore
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
