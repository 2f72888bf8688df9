import ArgumentParser
import CheckpwdCore
import SecretStore
import StoreAdministration

struct InitStore: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Create an empty store and its key, mode 0600.")

    @OptionGroup var store: WritableStoreOptions

    @Flag(help: "Use the key that is there; it must be no other store's.")
    var existingKey = false

    func run() throws {
        try failing { () throws(Failure) in
            let keyIsNew = try store.keeper.create(adoptingKey: existingKey)
            if !keyIsNew { try Output.write([UInt8]("key was there, and is used: ") + store.options.keys.path) }
            if case .database = store.options.place { try Output.write([UInt8](StoreKeeper.grants)) }
        }
    }
}
