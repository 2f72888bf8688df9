import ArgumentParser

struct StoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store", abstract: "The store as a whole, and its key.",
        subcommands: [
            InitStore.self, CheckStore.self, StatStore.self, RekeyStore.self, BackupStore.self, RestoreStore.self,
        ])
}
