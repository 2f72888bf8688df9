import ArgumentParser
import CheckpwdCore
import SecretStore
import StoreAdministration

struct SecretCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "secret", abstract: "The secrets of logins.",
        subcommands: [
            SetSecret.self, DeleteSecret.self, RenameSecret.self, ListSecrets.self, ShowSecret.self, VerifySecret.self,
            GenerateSecret.self, ImportSecrets.self, ExportSecrets.self,
        ])
}

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

struct RenameSecret: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rename", abstract: "Give a login's secret to another login, which must have none.")

    @OptionGroup var store: WritableStoreOptions
    @OptionGroup var login: LoginArgument

    @Argument(help: "The login that is to have it.")
    var other: String

    func run() throws {
        try failing { () throws(Failure) in
            try store.keeper.rename(login.name, to: LoginName([UInt8](other.utf8)))
        }
    }
}

struct DeleteSecret: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "delete", abstract: "Take a login's secret away.")

    @OptionGroup var store: WritableStoreOptions
    @OptionGroup var login: LoginArgument

    func run() throws {
        try failing { () throws(Failure) in
            guard try store.keeper.delete(login.name) else { throw login.isUnknown }
        }
    }
}
