import ArgumentParser
import ByteStrings
import Credentials
import SecretStore
import Verdicts

/// Where the side store and its key are; the same options for every command.
struct StoreOptions: ParsableArguments {
    // The letters are pam-checkpwd's.
    @Option(name: [.customShort("S"), .long], help: "The side store.")
    var store = String(describing: SecretStore.defaultPath)

    @Option(name: [.customShort("K"), .long], help: "The file that holds its key.")
    var storeKey = String(describing: SecretStore.defaultKeyPath)

    var path: [UInt8] { [UInt8](store.utf8) }
    var keyPath: [UInt8] { [UInt8](storeKey.utf8) }
}

/// A login on the command line.
struct LoginArgument: ParsableArguments {
    @Argument(help: "The login, as the mail client sends it.")
    var login: String

    var name: Login { Login([UInt8](login.utf8)) }
}
