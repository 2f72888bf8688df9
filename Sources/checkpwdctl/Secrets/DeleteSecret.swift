import ArgumentParser
import Credentials
import SecretStore
import Verdicts

struct DeleteSecret: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "delete", abstract: "Take a login's secret away.")

    @OptionGroup var options: StoreOptions
    @OptionGroup var login: LoginArgument

    func run() throws {
        try failing { () throws(Failure) in
            guard try SecretStore(at: options.path).delete(login.name) else {
                throw .rejected(Cause("login has no secret", about: login.name.bytes))
            }
        }
    }
}
