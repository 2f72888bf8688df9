import ArgumentParser
import SecretStore
import Verdicts

struct InitStore: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Create an empty store and its key, mode 0600.")

    @OptionGroup var options: StoreOptions

    func run() throws {
        try failing { () throws(Failure) in
            try SecretStore.create(at: options.path, key: options.keyPath)
        }
    }
}
