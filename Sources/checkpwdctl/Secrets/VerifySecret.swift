import ArgumentParser
import CheckpwdCore
import SecretStore
import StoreAdministration

struct VerifySecret: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Say, by the exit status, whether a secret is the login's.",
        discussion: "Asks for it on the terminal, without echo.")

    @OptionGroup var options: StoreOptions
    @OptionGroup var source: SecretSource
    @OptionGroup var login: LoginArgument

    func run() throws {
        try failing { () throws(Failure) in
            guard let secret = try options.keeper.store.secret(of: login.name, with: options.keys) else {
                throw login.isUnknown
            }
            let offered = try source.read(twice: false)
            let isRight = secret.withUnsafeBytes { secret in
                offered.withUnsafeBytes { ConstantTime.equal(secret, $0) }
            }
            guard isRight else { throw .rejected(Cause(.anotherSecret, about: login.name.bytes)) }
        }
    }
}
