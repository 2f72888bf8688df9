import CDynamic
import CheckpwdCore
import SecretStore

/// The sealed records of a store inside one transaction, whatever the store lies in. Keys are logins, in the order of their
/// bytes.
enum Records {
    case file(FileRecords)
    case database(Connection)

    /// The connection, where they lie in a database.
    var connection: Connection? {
        switch self {
        case .file: nil
        case .database(let connection): connection
        }
    }

    func value(of key: [UInt8]) throws(Failure) -> [UInt8]? {
        switch self {
        case .file(let file): try file.transaction.value(of: key)
        case .database(let connection): try connection.record(of: key)
        }
    }

    /// The values of many keys, in the order of the keys.
    func values(of keys: [[UInt8]]) throws(Failure) -> [[UInt8]?] {
        switch self {
        case .file(let file):
            var values: [[UInt8]?] = []
            for key in keys { values.append(try file.transaction.value(of: key)) }
            return values
        case .database(let connection): return try connection.records(of: keys)
        }
    }

    /// - Parameter entries: no key twice.
    func put(_ entries: [(key: [UInt8], value: [UInt8])]) throws(Failure) {
        switch self {
        case .file(let file): for (key, value) in entries { try file.require(file.transaction.put(key, value)) }
        case .database(let connection): try connection.put(entries)
        }
    }

    /// - Returns: whether it was there.
    func delete(_ key: [UInt8]) throws(Failure) -> Bool {
        switch self {
        case .file(let file):
            let status = file.transaction.delete(key)
            if status == MDB_NOTFOUND { return false }
            try file.require(status)
            return true
        case .database(let connection): return try connection.delete(key)
        }
    }

    /// Calls `body` with each key and its value until it returns false.
    ///
    /// - Parameter start: the first key is the first that is not less than this.
    func forEach(
        from start: [UInt8] = [], _ body: ([UInt8], UnsafeRawBufferPointer) throws(Failure) -> Bool
    ) throws(Failure) {
        switch self {
        case .file(let file): try file.transaction.forEach(from: start, body)
        case .database(let connection): try connection.forEach(from: start, body)
        }
    }

    /// From here on, what others change is not seen. LMDB's transactions begin so, a database's with their first statement.
    func takeState() throws(Failure) {
        try connection?.execute("SELECT 1")
    }

    /// How many there are, as the store itself says.
    func count() throws(Failure) -> Int {
        switch self {
        case .file(let file): try Int(file.transaction.statistics().ms_entries)
        case .database(let connection): try connection.count()
        }
    }
}

/// The records in an LMDB file.
struct FileRecords {
    let transaction: LMDBTransaction
    let refusal = Refusal()

    init(_ transaction: LMDBTransaction) {
        self.transaction = transaction
    }

    /// Why LMDB did not take a change: where its map is full, the transaction is run anew with a larger one.
    final class Refusal {
        var status: Int32 = 0
    }

    func require(_ status: Int32) throws(Failure) {
        guard status == 0 else {
            refusal.status = status
            throw .temporary(Cause(.storeCannotBeWritten))
        }
    }
}

extension StoreKeeper {
    /// Runs `body` on one state of the store.
    func read<Result>(_ body: (Records) throws(Failure) -> Result) throws(Failure) -> Result {
        switch store.medium {
        case .file(let path):
            try SecretStore.read(path) { (transaction) throws(Failure) in try body(.file(FileRecords(transaction))) }
        case .database(let database):
            try database.transaction("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY") { (connection) throws(Failure) in
                try body(.database(connection))
            }
        }
    }

    /// Runs `body` on one state of the store, and on the keys that open it.
    ///
    /// Keys that were read before the state was taken may lack one that records are sealed under since, and keys that were read
    /// after it one that was retired since. So a state counts only where they were the same before and after.
    func readWithKeys<Result>(
        _ body: (Records, borrowing KeyRing) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        for _ in 0..<100 {
            let before = try KeyRing(at: keys).ids
            let result: Result? = try read { (records) throws(Failure) in
                try records.takeState()
                let ring = try KeyRing(at: keys)
                return ring.ids == before ? try body(records, ring) : nil
            }
            if let result { return result }
        }
        throw .temporary(Cause(.keysChangeTooFast, about: keys.path))
    }

    /// Runs `body` in a transaction, while nobody else writes the store or its keys. What it changed is on disk when this
    /// returns. Where a map is full, `body` runs once more.
    func write<Result>(_ body: (Records) throws(Failure) -> Result) throws(Failure) -> Result {
        switch store.medium {
        case .file(let path):
            try SecretStore.requirePrivacy(path)
            let lock = try FolderLock(on: FilePermissions.folder(of: path))
            // The lock lives as long as the environment that it is for.
            defer { withExtendedLifetime(lock) {} }
            var result: Result?
            try LMDBEnvironment(at: path, for: .writing, limit: maxSize).write { (transaction) throws(Failure) in
                let file = FileRecords(transaction)
                let refusal = file.refusal
                do throws(Failure) {
                    result = try body(.file(file))
                } catch {
                    guard refusal.status != 0 else { throw error }
                }
                return refusal.status
            }
            return result!
        case .database(let database):
            return try database.transaction("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE") {
                (connection) throws(Failure) in
                try connection.lock()
                try connection.requireDurability()
                return try body(.database(connection))
            }
        }
    }
}
