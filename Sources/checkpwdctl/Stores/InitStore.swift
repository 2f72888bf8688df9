import ArgumentParser
import ByteStrings
import StoreKeeping
import Verdicts

struct InitStore: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Create an empty store, and its key where there is none, mode 0600.")

    @OptionGroup var store: WritableStoreOptions

    func run() throws {
        try failing { () throws(Failure) in
            let keyIsNew = try store.keeper.create()
            if !keyIsNew {
                StandardError.write([UInt8]("key was there, and is used: ") + store.options.keys.path, from: "checkpwdctl")
            }
        }
    }
}
