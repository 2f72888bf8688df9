import ArgumentParser
import CPlatform
import SecretStore
import Verdicts

struct SetSecret: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Give a login a secret, in place of the one it may have.",
        discussion: "Asks for it twice on the terminal, without echo.")

    @OptionGroup var options: StoreOptions
    @OptionGroup var login: LoginArgument
    @OptionGroup var source: SecretSource

    func run() throws {
        try failing { () throws(Failure) in
            let ring = try KeyRing(at: options.keyPath)
            let secret = try source.read(twice: true)
            try SecretStore(at: options.path).set(secret, of: login.name, now: UInt64(time(nil)), with: ring)
        }
    }
}
