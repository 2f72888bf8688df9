import CDynamic
import CheckpwdCore

/// The store's one table, inside a transaction, and good for nothing behind its end. Copyable: Swift 6.3's optimizer crashes
/// over an enum of values that are not.
package struct LMDBTransaction {
    private let handle: OpaquePointer
    private let lmdb: cdynamic_lmdb
    private let path: [UInt8]
    private let remedy: Remedy
    private var table: MDB_dbi = 0

    init(_ handle: OpaquePointer, _ environment: borrowing LMDBEnvironment) throws(Failure) {
        self.handle = handle
        lmdb = environment.lmdb
        path = environment.path
        remedy = environment.remedy
        let status = lmdb.dbi_open(handle, nil, 0, &table)
        guard status == 0 else { throw failure(status) }
    }

    /// - Returns: a copy of the key's value, or nil where there is none.
    package func value(of key: [UInt8]) throws(Failure) -> [UInt8]? {
        var value = MDB_val()
        let status = withValue(key) { lmdb.get(handle, table, $0, &value) }
        if status == MDB_NOTFOUND { return nil }
        guard status == 0 else { throw failure(status) }
        return [UInt8](try bounded(value))
    }

    /// - Returns: LMDB's status.
    package func put(_ key: [UInt8], _ value: [UInt8]) -> Int32 {
        withValue(key) { key in withValue(value) { value in lmdb.put(handle, table, key, value, 0) } }
    }

    /// - Returns: LMDB's status; `MDB_NOTFOUND` where there is no such key.
    package func delete(_ key: [UInt8]) -> Int32 {
        withValue(key) { lmdb.del(handle, table, $0, nil) }
    }

    /// Calls `body` with each key and its value, in the keys' order, until it returns false.
    ///
    /// - Parameter start: the first key is the first that is not less than this; all where it is empty.
    package func forEach(
        from start: [UInt8] = [], _ body: ([UInt8], UnsafeRawBufferPointer) throws(Failure) -> Bool
    ) throws(Failure) {
        var cursor: OpaquePointer?
        var status = lmdb.cursor_open(handle, table, &cursor)
        guard status == 0 else { throw failure(status) }
        defer { lmdb.cursor_close(cursor) }
        var key = MDB_val()
        var value = MDB_val()
        if start.isEmpty {
            status = lmdb.cursor_get(cursor, &key, &value, MDB_FIRST)
        } else {
            status = withValue(start) { wanted in
                let status = lmdb.cursor_get(cursor, wanted, &value, MDB_SET_RANGE)
                key = wanted.pointee
                return status
            }
        }
        while status == 0 {
            let bytes = UnsafeRawBufferPointer(start: try bounded(value).mv_data, count: value.mv_size)
            guard try body([UInt8](try bounded(key)), bytes) else { return }
            status = lmdb.cursor_get(cursor, &key, &value, MDB_NEXT)
        }
        guard status == MDB_NOTFOUND else { throw failure(status) }
    }

    /// How many keys there are, as the table's root has it, and what they take.
    package func statistics() throws(Failure) -> MDB_stat {
        var statistics = MDB_stat()
        let status = lmdb.stat(handle, table, &statistics)
        guard status == 0 else { throw failure(status) }
        return statistics
    }

    /// The most bytes that a key or value of ours has; a login of 64 KiB is the longest of all.
    private static let longest = 1 << 17

    /// - Throws: `temporary` for what claims to be longer than anything that was put: it is damaged.
    private func bounded(_ value: MDB_val) throws(Failure) -> MDB_val {
        guard value.mv_size <= LMDBTransaction.longest else { throw failure(MDB_CORRUPTED) }
        return value
    }

    private func failure(_ status: Int32) -> Failure {
        LMDBEnvironment.failure(.storeCannotBeRead, path, status, lmdb, remedy: remedy)
    }

    private func withValue(_ bytes: [UInt8], _ body: (UnsafeMutablePointer<MDB_val>) -> Int32) -> Int32 {
        bytes.withUnsafeBytes { bytes in
            // Sound: LMDB does not write through the pointer of a key or of a value that is put.
            var value = MDB_val(
                mv_size: bytes.count, mv_data: UnsafeMutableRawPointer(mutating: bytes.baseAddress))
            return body(&value)
        }
    }
}

extension Array where Element == UInt8 {
    /// A copy of what LMDB points to, which is gone when the transaction is.
    fileprivate init(_ value: MDB_val) {
        self = Array(UnsafeRawBufferPointer(start: value.mv_data, count: value.mv_size))
    }
}
