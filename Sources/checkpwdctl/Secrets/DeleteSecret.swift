import ArgumentParser
import CheckpwdCore
import StoreAdministration

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
