import ArgumentParser
import SecretStore
import Verdicts

struct SetSecret: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Give a login a secret, in place of the one it may have.",
        discussion: "Asks for it twice on the terminal, without echo.")

    @OptionGroup var store: WritableStoreOptions
    @OptionGroup var source: SecretSource
    @OptionGroup var preparation: Preparation
    @OptionGroup var login: LoginArgument

    func run() throws {
        try failing { () throws(Failure) in
            // Before the question: whoever answers it should not have done so in vain.
            try store.keeper.requireReadable()
            let secret = try preparation.apply(to: source.read(twice: true))
            try store.keeper.set(secret, of: login.name, now: Timestamp.now)
        }
    }
}
