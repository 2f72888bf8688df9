import ArgumentParser
import CheckpwdCore
import StoreAdministration

struct BackupStore: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Write a copy of the store as it is now, while it is in use, to a new file.",
        discussion: "Secrets stay sealed in it. The key is not in it: keep a copy of the key file elsewhere.")

    @OptionGroup var options: StoreOptions

    @Argument(help: "The file to write; it must not exist.", completion: .file())
    var file: String

    func run() throws {
        try failing { () throws(Failure) in try options.keeper.backUp(to: [UInt8](file.utf8)) }
    }
}
