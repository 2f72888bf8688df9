import ByteStrings
import CLMDB
import Verdicts

extension Environment {
    /// The store's one table, inside a transaction.
    struct View: ~Copyable {
        private let transaction: OpaquePointer
        private let lmdb: clmdb_functions
        private let path: [UInt8]
        private var table: MDB_dbi = 0

        init(_ transaction: OpaquePointer, _ lmdb: clmdb_functions, _ path: [UInt8]) throws(Failure) {
            self.transaction = transaction
            self.lmdb = lmdb
            self.path = path
            let status = lmdb.dbi_open(transaction, nil, 0, &table)
            guard status == 0 else { throw Environment.failure("store cannot be read", path, status, lmdb) }
        }

        /// - Returns: a copy of the key's value, or nil where there is none.
        func value(of key: [UInt8]) throws(Failure) -> [UInt8]? {
            var value = MDB_val()
            let status = withValue(key) { lmdb.get(transaction, table, $0, &value) }
            if status == MDB_NOTFOUND { return nil }
            guard status == 0 else { throw Environment.failure("store cannot be read", path, status, lmdb) }
            return [UInt8](value)
        }

        /// - Returns: LMDB's status.
        func put(_ key: [UInt8], _ value: [UInt8]) -> Int32 {
            withValue(key) { key in withValue(value) { value in lmdb.put(transaction, table, key, value, 0) } }
        }

        /// The first key that is not less than this one, or nil where there is none.
        func key(from start: [UInt8]) throws(Failure) -> [UInt8]? {
            var cursor: OpaquePointer?
            var status = lmdb.cursor_open(transaction, table, &cursor)
            guard status == 0 else { throw Environment.failure("store cannot be read", path, status, lmdb) }
            defer { lmdb.cursor_close(cursor) }
            var found: [UInt8]?
            status = withValue(start) { key in
                var value = MDB_val()
                let status = lmdb.cursor_get(cursor, key, &value, MDB_SET_RANGE)
                if status == 0 { found = [UInt8](key.pointee) }
                return status
            }
            guard status == 0 || status == MDB_NOTFOUND else {
                throw Environment.failure("store cannot be read", path, status, lmdb)
            }
            return found
        }

        /// - Returns: LMDB's status; `MDB_NOTFOUND` where there is no such key.
        func delete(_ key: [UInt8]) -> Int32 {
            withValue(key) { lmdb.del(transaction, table, $0, nil) }
        }

        /// Calls `body` with each key, in order.
        func forEachKey(_ body: ([UInt8]) -> Void) throws(Failure) {
            var cursor: OpaquePointer?
            var status = lmdb.cursor_open(transaction, table, &cursor)
            guard status == 0 else { throw Environment.failure("store cannot be read", path, status, lmdb) }
            defer { lmdb.cursor_close(cursor) }
            var key = MDB_val()
            var value = MDB_val()
            while true {
                status = lmdb.cursor_get(cursor, &key, &value, MDB_NEXT)
                if status == MDB_NOTFOUND { return }
                guard status == 0 else { throw Environment.failure("store cannot be read", path, status, lmdb) }
                body([UInt8](key))
            }
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
}

extension Array where Element == UInt8 {
    /// A copy of what LMDB points to, which is gone when the transaction is.
    fileprivate init(_ value: MDB_val) {
        self = Array(UnsafeRawBufferPointer(start: value.mv_data, count: value.mv_size))
    }
}
