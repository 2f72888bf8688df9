import CDynamic
import CLibc
import CheckpwdCore

/// An LMDB environment: one file, and beside it a lock file of the same name with `-lock`.
///
/// LMDB forbids a process to have the same file open twice. Its pages carry no checksum: while an environment is open, a fault
/// ends the program as a store that is damaged, see `clibc_enter_faults`.
package struct Environment: ~Copyable {
    let lmdb: cdynamic_lmdb
    let handle: OpaquePointer
    package let path: [UInt8]
    let remedy: Remedy
    private let access: Access
    /// The size in bytes beyond which the map does not grow.
    private let limit: Int

    package enum Access: Sendable {
        case reading
        /// Reading a file that nobody writes: a backup.
        case readingCopy
        case writing
        /// Writing, to a file that may not exist yet.
        case creating
        /// Like creating, but what is committed need not survive the machine, and the map goes by the data: whoever runs a login
        /// may have bounded its address space.
        case creatingVolatile

        fileprivate var flags: UInt32 {
            switch self {
            case .reading: UInt32(MDB_RDONLY)
            case .readingCopy: UInt32(MDB_RDONLY | MDB_NOLOCK)
            case .writing, .creating: 0
            case .creatingVolatile: UInt32(MDB_NOSYNC)
            }
        }

        fileprivate var creates: Bool { self == .creating || self == .creatingVolatile }
        /// Whether the map is no larger than need be. Who keeps the store takes the size that the last writer left, and may begin
        /// a long transaction once rather than at every size.
        var mapsTightly: Bool { self != .writing && self != .creating }
        var writes: Bool { self == .writing || creates }
    }

    /// How many processes can look up at once; logins come in crowds. Set by whoever creates the lock file.
    private static let readers: UInt32 = 1022

    /// Opens a file.
    ///
    /// - Parameters:
    ///   - limit: the size in bytes beyond which it does not grow.
    ///   - remedy: what messages say can be done about it.
    /// - Throws: `temporary` where it cannot be opened, is no environment, or is shorter than it says.
    package init(
        at path: [UInt8], for access: Access, limit: Int = .max, remedy: Remedy = .store
    ) throws(Failure) {
        let lmdb = try Environment.load()
        path.withCString { clibc_enter_faults($0, remedy.ofDamage.cString) }
        var handle: OpaquePointer?
        var status = lmdb.env_create(&handle)
        guard status == 0, let handle else {
            clibc_leave_faults()
            throw Environment.failure(.storeCannotBeOpened, path, status, lmdb, remedy: remedy)
        }
        _ = lmdb.env_set_assert(handle) { (_, _) in clibc_die_of_fault() }
        _ = lmdb.env_set_maxreaders(handle, Environment.readers)
        // A map of one byte is rounded up to the data.
        if access.mapsTightly { _ = lmdb.env_set_mapsize(handle, 1) }
        let flags = UInt32(MDB_NOSUBDIR | MDB_NOTLS) | access.flags
        status = Environment.open(handle, path, flags, creating: access.creates, lmdb)
        if status == 0, access.writes { status = Environment.fitMap(handle, for: access, limit, lmdb) }
        guard status == 0 else {
            lmdb.env_close(handle)
            clibc_leave_faults()
            throw Environment.failure(.storeCannotBeOpened, path, status, lmdb, remedy: remedy)
        }
        self.lmdb = lmdb
        self.handle = handle
        self.path = path
        self.remedy = remedy
        self.access = access
        self.limit = limit
    }

    deinit {
        lmdb.env_close(handle)
        clibc_leave_faults()
    }

    private static func load() throws(Failure) -> cdynamic_lmdb {
        var problem: UnsafePointer<CChar>?
        guard let functions = cdynamic_load_lmdb(&problem) else {
            throw .temporary(
                Cause(
                    .liblmdbCannotBeLoaded,
                    about: (problem.map { [UInt8](cString: $0) } ?? []) + AddressSpace.note,
                    remedy: "install the package that has it (Debian: liblmdb0)"))
        }
        return functions.pointee
    }

    /// Runs `body` in a transaction that sees one state of the store, and changes nothing.
    ///
    /// - Returns: what `body` returned, or nil where a writer has outgrown our map: open the environment anew.
    package func read<Result: ~Copyable>(
        _ body: (View) throws(Failure) -> Result
    ) throws(Failure) -> Result? {
        var transaction: OpaquePointer?
        var status = lmdb.txn_begin(handle, nil, UInt32(MDB_RDONLY), &transaction)
        if status == MDB_READERS_FULL {
            // Places of processes that were killed.
            _ = lmdb.reader_check(handle, nil)
            status = lmdb.txn_begin(handle, nil, UInt32(MDB_RDONLY), &transaction)
        }
        if status == MDB_MAP_RESIZED { return nil }
        guard status == 0, let transaction else { throw failure(.storeCannotBeRead, status) }
        defer { lmdb.txn_abort(transaction) }
        return try body(try View(transaction, self))
    }

    /// Runs `body` in a transaction and commits it: the changes are on disk when this returns. Where the map is full it
    /// is enlarged, and `body` runs once more.
    ///
    /// - Parameters:
    ///   - reserve: how many bytes beyond its limit it may grow meanwhile: to make room takes some.
    ///   - body: returns LMDB's status.
    package func write(reserve: Int = 0, _ body: (View) throws(Failure) -> Int32) throws(Failure) {
        while true {
            var transaction: OpaquePointer?
            var status = lmdb.txn_begin(handle, nil, 0, &transaction)
            if status == MDB_MAP_RESIZED {
                // Another writer's is larger. 0 means: as that one left it.
                status = lmdb.env_set_mapsize(handle, access.mapsTightly ? 1 : 0)
                if status == 0 { status = Environment.fitMap(handle, for: access, limit, lmdb) }
                // There is no map then, and LMDB would not look.
                guard status == 0 else { throw failure(.storeCannotBeMapped, status) }
                continue
            }
            guard status == 0, let begun = transaction else {
                throw failure(.storeCannotBeWritten, status)
            }
            do {
                status = Environment.fillMap(handle, lmdb)
                if status == 0 { status = try body(try View(begun, self)) }
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
            case MDB_MAP_FULL:
                // Whoever was killed while reading seems to read on, and the pages of then are kept.
                var dead: Int32 = 0
                guard lmdb.reader_check(handle, &dead) != 0 || dead == 0 else { continue }
                try enlarge(to: limit + reserve)
            default: throw failure(.storeCannotBeWritten, status)
            }
        }
    }

    private func enlarge(to limit: Int) throws(Failure) {
        var info = MDB_envinfo()
        var status = lmdb.env_info(handle, &info)
        guard status == 0, info.me_mapsize < limit else {
            throw .temporary(
                Cause(
                    .storeFull, about: path + [UInt8](": ") + [UInt8](decimal: limit) + [UInt8](" bytes are the most"),
                    remedy: remedy.ofFullness))
        }
        let more = access.mapsTightly ? Environment.step : info.me_mapsize
        status = lmdb.env_set_mapsize(handle, info.me_mapsize > limit - more ? limit : info.me_mapsize + more)
        guard status == 0 else { throw failure(.storeCannotGrow, status) }
    }
}
