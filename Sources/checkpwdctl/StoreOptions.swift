import ArgumentParser
import CheckpwdCore
import Glibc
import SecretStore
import StoreAdministration

/// Where the side store and its key are; the same options for every command.
struct StoreOptions: ParsableArguments {
    // The letters are pam-checkpwd's.
    @Option(
        name: [.customShort("S"), .long],
        help: ArgumentHelp("The side store: a file, or postgresql://[USER@]HOST/DATABASE.", valueName: "place"))
    var store = String(describing: SecretStore.defaultPath)

    @Option(
        name: [.customShort("K"), .long],
        help: ArgumentHelp(
            """
            The file that holds its key. (default: the systemd credential \(KeyPlace.credentialName) where there is one, \
            else \(SecretStore.defaultKeyPath))
            """, valueName: "file"))
    var storeKey: String?

    mutating func validate() throws {
        // Most likely a variable of a script that is not set.
        if store.isEmpty || storeKey?.isEmpty == true { throw ValidationError("--store and --store-key take no empty name.") }
    }

    var place: StorePlace { StorePlace([UInt8](store.utf8)) }

    var keys: KeyPlace {
        if let storeKey { return .file([UInt8](storeKey.utf8)) }
        return .standard(credentials: getenv("CREDENTIALS_DIRECTORY").map { [UInt8](cString: $0) })
    }

    var keeper: StoreKeeper { StoreKeeper(at: place, keys: keys) }
}

/// The store, for a command that may make it grow.
struct WritableStoreOptions: ParsableArguments {
    @OptionGroup var options: StoreOptions

    @Option(
        help: ArgumentHelp(
            "The most bytes that the store may grow to; k, M or G may follow the number.", valueName: "bytes"))
    var maxSize = ByteCount(StoreKeeper.defaultMaxSize)

    var keeper: StoreKeeper { StoreKeeper(at: options.place, keys: options.keys, maxSize: maxSize.bytes) }
}

/// A login on the command line.
struct LoginArgument: ParsableArguments {
    @Argument(help: "The login, as the mail client sends it.")
    var login: String

    var name: LoginName { LoginName([UInt8](login.utf8)) }

    /// What is said where the store does not have it.
    var isUnknown: Failure { .rejected(Cause(.loginHasNoSecret, about: name.bytes)) }
}

/// A number of bytes, as people write it: `65536`, `64k`, `512M`, `4G`.
struct ByteCount: ExpressibleByArgument, CustomStringConvertible {
    let bytes: Int

    private static let units: [(letter: Character, shift: Int)] = [("G", 30), ("M", 20), ("k", 10)]

    init(_ bytes: Int) {
        self.bytes = bytes
    }

    init?(argument: String) {
        let unit = Self.units.first { $0.letter == argument.last }
        guard let number = Int(unit == nil ? argument : String(argument.dropLast())), number > 0 else { return nil }
        let (bytes, overflows) = number.multipliedReportingOverflow(by: 1 << (unit?.shift ?? 0))
        guard !overflows else { return nil }
        self.bytes = bytes
    }

    var description: String {
        let unit = Self.units.first { bytes >= 1 << $0.shift && bytes % (1 << $0.shift) == 0 }
        return unit.map { "\(bytes >> $0.shift)\($0.letter)" } ?? "\(bytes)"
    }
}
