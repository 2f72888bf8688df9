import ArgumentParser
import CheckpwdCore
import StoreAdministration

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
