import ArgumentParser
import CheckpwdCore
import StoreAdministration

struct RestoreStore: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Put a backup in the store's place, once every record of it has been opened.",
        discussion: "The store that was there is kept beside it, with \(StoreKeeper.replacedSuffix) behind its name.")

    @OptionGroup var store: WritableStoreOptions

    @Argument(help: "What store backup wrote.", completion: .file())
    var file: String

    func run() throws {
        try failing { () throws(Failure) in
            let records = try store.keeper.restore(from: [UInt8](file.utf8))
            try Output.write([UInt8](decimal: records) + [UInt8](" records restored"))
        }
    }
}
