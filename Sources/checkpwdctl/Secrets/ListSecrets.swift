import ArgumentParser
import Credentials
import SecretStore
import Verdicts

struct ListSecrets: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Print every login that has a secret, one a line.")

    @OptionGroup var options: StoreOptions

    func run() throws {
        try failing { () throws(Failure) in
            for login in try SecretStore(at: options.path).logins() { try Output.write(login.bytes) }
        }
    }
}
