import ByteStrings
import CLMDB
import CPlatform
import Verdicts

/// An LMDB environment: one file, and beside it a lock file of the same name with `-lock`.
struct Environment: ~Copyable {
    private let lmdb: clmdb_functions
    private let handle: OpaquePointer
    private let path: [UInt8]

    enum Access {
        case reading
        case writing
        /// Writing, to a file that may not exist yet.
        case creating
        /// Like creating, but what is committed need not survive the machine.
        case creatingVolatile

        fileprivate var flags: UInt32 {
            switch self {
            case .reading: UInt32(MDB_RDONLY)
            case .writing, .creating: 0
            case .creatingVolatile: UInt32(MDB_NOSYNC)
            }
        }

        fileprivate var creates: Bool { self == .creating || self == .creatingVolatile }
    }

    /// How many processes can look up at once; logins come in crowds. Set by whoever creates the lock file.
    private static let readers: UInt32 = 1022

    init(at path: [UInt8], for access: Access) throws(Failure) {
        let lmdb = try Environment.load()
        var handle: OpaquePointer?
        let failed = lmdb.env_create(&handle)
        guard failed == 0, let handle else { throw Environment.failure("store cannot be opened", path, failed, lmdb) }
        _ = lmdb.env_set_maxreaders(handle, Environment.readers)
        // A map of one byte is rounded up to the data: a reader's address space may be bounded by its caller. A writer
        // takes the size that the last writer left.
        if access == .reading { _ = lmdb.env_set_mapsize(handle, 1) }
        let flags = UInt32(MDB_NOSUBDIR | MDB_NOTLS) | access.flags
        let status = Environment.open(handle, path, flags, creating: access.creates, lmdb)
        guard status == 0 else {
            lmdb.env_close(handle)
            throw Environment.failure("store cannot be opened", path, status, lmdb)
        }
        self.lmdb = lmdb
        self.handle = handle
        self.path = path
    }

    deinit {
        lmdb.env_close(handle)
    }

    private static func open(
        _ handle: OpaquePointer, _ path: [UInt8], _ flags: UInt32, creating: Bool, _ lmdb: clmdb_functions
    ) -> Int32 {
        path.withCString { path in
            // LMDB creates what it is to write, waits for ever on a FIFO, and takes an empty file for a new store: what is
            // mistyped must not become one.
            if !creating {
                var status = stat()
                guard stat(path, &status) == 0 else { return cplatform_errno() }
                guard status.st_mode & mode_t(S_IFMT) == mode_t(S_IFREG), status.st_size > 0 else { return MDB_INVALID }
            }
            let failed = lmdb.env_open(handle, path, flags, 0o600)
            return failed == 0 ? length(handle, path, lmdb) : failed
        }
    }

    /// Whether the file is as long as its meta page says: a page that is not there would end the process with SIGBUS.
    private static func length(
        _ handle: OpaquePointer, _ path: UnsafePointer<CChar>, _ lmdb: clmdb_functions
    ) -> Int32 {
        var file = stat()
        var info = MDB_envinfo()
        var pages = MDB_stat()
        guard stat(path, &file) == 0 else { return cplatform_errno() }
        guard lmdb.env_info(handle, &info) == 0, lmdb.env_stat(handle, &pages) == 0 else { return MDB_INVALID }
        return file.st_size >= (info.me_last_pgno + 1) * Int(pages.ms_psize) ? 0 : MDB_CORRUPTED
    }

    private static func load() throws(Failure) -> clmdb_functions {
        var problem: UnsafePointer<CChar>?
        guard let functions = clmdb_load(&problem) else {
            throw .temporary(
                Cause(
                    "liblmdb cannot be loaded", about: problem.map { [UInt8](cString: $0) } ?? [],
                    remedy: "install the package that has it (Debian: liblmdb0)"))
        }
        return functions.pointee
    }

    static func failure(
        _ what: StaticString, _ path: [UInt8], _ status: Int32, _ lmdb: clmdb_functions
    ) -> Failure {
        // LMDB's own codes are negative; the others are errno's.
        guard status < 0, let words = lmdb.strerror(status) else {
            return .temporary(
                Cause(what, about: path, errno: status, remedy: "checkpwdctl init creates store and key"))
        }
        return .temporary(Cause(what, about: path + [UInt8](": ") + [UInt8](cString: words)))
    }

    /// Runs `body` in a transaction that sees one state of the store, and changes nothing.
    ///
    /// - Returns: what `body` returned, or nil where a writer has outgrown our map: open the environment anew.
    func read<Result: ~Copyable>(
        _ body: (borrowing View) throws(Failure) -> Result
    ) throws(Failure) -> Result? {
        var transaction: OpaquePointer?
        var status = lmdb.txn_begin(handle, nil, UInt32(MDB_RDONLY), &transaction)
        if status == MDB_READERS_FULL {
            // Places of processes that were killed.
            _ = lmdb.reader_check(handle, nil)
            status = lmdb.txn_begin(handle, nil, UInt32(MDB_RDONLY), &transaction)
        }
        if status == MDB_MAP_RESIZED { return nil }
        guard status == 0, let transaction else { throw Environment.failure("store cannot be read", path, status, lmdb) }
        defer { lmdb.txn_abort(transaction) }
        return try body(try View(transaction, lmdb, path))
    }

    /// Runs `body` in a transaction and commits it: the changes are on disk when this returns. Where the map is full it
    /// is doubled, and `body` runs once more.
    ///
    /// - Parameter limit: the size in bytes beyond which the map does not grow.
    func write(
        limit: Int = .max, _ body: (borrowing View) throws(Failure) -> Int32
    ) throws(Failure) {
        while true {
            var transaction: OpaquePointer?
            var status = lmdb.txn_begin(handle, nil, 0, &transaction)
            if status == MDB_MAP_RESIZED {
                // 0 means: as another writer left it.
                _ = lmdb.env_set_mapsize(handle, 0)
                continue
            }
            guard status == 0, let begun = transaction else {
                throw Environment.failure("store cannot be written", path, status, lmdb)
            }
            do {
                status = try body(try View(begun, lmdb, path))
            } catch {
                lmdb.txn_abort(begun)
                throw error
            }
            if status == 0 {
                status = lmdb.txn_commit(begun)
            } else {
                lmdb.txn_abort(begun)
            }
            switch status {
            case 0: return
            case MDB_MAP_FULL: try enlarge(limit)
            default: throw Environment.failure("store cannot be written", path, status, lmdb)
            }
        }
    }

    private func enlarge(_ limit: Int) throws(Failure) {
        var info = MDB_envinfo()
        var status = lmdb.env_info(handle, &info)
        if status == 0 {
            status = 2 * info.me_mapsize > limit ? MDB_MAP_FULL : lmdb.env_set_mapsize(handle, 2 * info.me_mapsize)
        }
        guard status == 0 else { throw Environment.failure("store cannot grow", path, status, lmdb) }
    }
}
