import CDynamic
import CLibc
import CheckpwdCore

/// An LMDB environment: one file, and beside it a lock file of the same name with `-lock`.
///
/// LMDB forbids a process to have the same file open twice. Its pages carry no checksum: while an environment is open, a fault
/// ends the program as a store that is damaged, see `clibc_enter_faults`.
package struct LMDBEnvironment: ~Copyable {
    let lmdb: cdynamic_lmdb
    private let handle: OpaquePointer
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
        fileprivate var mapsTightly: Bool { self != .writing && self != .creating }
        fileprivate var writes: Bool { self == .writing || creates }
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
        let lmdb = try LMDBEnvironment.load()
        path.withCString { clibc_enter_faults($0, remedy.ofDamage.cString) }
        var handle: OpaquePointer?
        var status = lmdb.env_create(&handle)
        guard status == 0, let handle else {
            clibc_leave_faults()
            throw LMDBEnvironment.failure(.storeCannotBeOpened, path, status, lmdb, remedy: remedy)
        }
        _ = lmdb.env_set_assert(handle) { (_, _) in clibc_die_of_fault() }
        _ = lmdb.env_set_maxreaders(handle, LMDBEnvironment.readers)
        // A map of one byte is rounded up to the data.
        if access.mapsTightly { _ = lmdb.env_set_mapsize(handle, 1) }
        let flags = UInt32(MDB_NOSUBDIR | MDB_NOTLS) | access.flags
        status = LMDBEnvironment.open(handle, path, flags, creating: access.creates, lmdb)
        if status == 0, access.writes { status = LMDBEnvironment.fitMap(handle, for: access, limit, lmdb) }
        guard status == 0 else {
            lmdb.env_close(handle)
            clibc_leave_faults()
            throw LMDBEnvironment.failure(.storeCannotBeOpened, path, status, lmdb, remedy: remedy)
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
        _ body: (LMDBTransaction) throws(Failure) -> Result
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
        return try body(try LMDBTransaction(transaction, self))
    }

    /// Runs `body` in a transaction and commits it: the changes are on disk when this returns. Where the map is full it
    /// is enlarged, and `body` runs once more.
    ///
    /// - Parameters:
    ///   - reserve: how many bytes beyond its limit it may grow meanwhile: to make room takes some.
    ///   - body: returns LMDB's status.
    package func write(reserve: Int = 0, _ body: (LMDBTransaction) throws(Failure) -> Int32) throws(Failure) {
        while true {
            var transaction: OpaquePointer?
            var status = lmdb.txn_begin(handle, nil, 0, &transaction)
            if status == MDB_MAP_RESIZED {
                // Another writer's is larger. 0 means: as that one left it.
                status = lmdb.env_set_mapsize(handle, access.mapsTightly ? 1 : 0)
                if status == 0 { status = LMDBEnvironment.fitMap(handle, for: access, limit, lmdb) }
                // There is no map then, and LMDB would not look.
                guard status == 0 else { throw failure(.storeCannotBeMapped, status) }
                continue
            }
            guard status == 0, let begun = transaction else {
                throw failure(.storeCannotBeWritten, status)
            }
            do {
                status = LMDBEnvironment.fillMap(handle, lmdb)
                if status == 0 { status = try body(try LMDBTransaction(begun, self)) }
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
        let more = access.mapsTightly ? LMDBEnvironment.step : info.me_mapsize
        status = lmdb.env_set_mapsize(handle, info.me_mapsize > limit - more ? limit : info.me_mapsize + more)
        guard status == 0 else { throw failure(.storeCannotGrow, status) }
    }
}

/// The file of an environment, and the map of it.
extension LMDBEnvironment {
    /// Opens the file. Returns 0 or LMDB's status, or an errno.
    private static func open(
        _ handle: OpaquePointer, _ path: [UInt8], _ flags: UInt32, creating: Bool, _ lmdb: cdynamic_lmdb
    ) -> Int32 {
        path.withCString { path in
            // LMDB creates what it is to write, waits for ever on a FIFO, and takes an empty file for a new store: what is
            // mistyped must not become one.
            if !creating {
                var status = stat()
                guard stat(path, &status) == 0 else { return clibc_errno() }
                guard status.st_mode & mode_t(S_IFMT) == mode_t(S_IFREG), status.st_size > 0 else { return MDB_INVALID }
            }
            let failed = lmdb.env_open(handle, path, flags, 0o600)
            return failed == 0 ? length(handle, lmdb) : failed
        }
    }

    /// By how many bytes a map that goes by the data is larger: more than a login adds or removes.
    private static let step = 1 << 20

    /// Gives a writer's map the size to begin with: the one that it has, or a step beyond the data, and never more than a limit.
    /// LMDB makes it no smaller than the data.
    private static func fitMap(_ handle: OpaquePointer, for access: Access, _ limit: Int, _ lmdb: cdynamic_lmdb) -> Int32 {
        var info = MDB_envinfo()
        let status = lmdb.env_info(handle, &info)
        guard status == 0 else { return status }
        let size = min(access.mapsTightly ? info.me_mapsize + step : info.me_mapsize, limit)
        return size == info.me_mapsize ? 0 : lmdb.env_set_mapsize(handle, size)
    }

    /// Makes the file as long as the map, without taking room on the disk for it. LMDB counts pages at the file's end that it
    /// took and gave back within one transaction, and never wrote: by that count the file would seem to be cut short.
    ///
    /// Only within a transaction that writes: of two who did it at once, the one could cut off what the other wrote.
    private static func fillMap(_ handle: OpaquePointer, _ lmdb: cdynamic_lmdb) -> Int32 {
        var file = stat()
        var info = MDB_envinfo()
        var descriptor: Int32 = -1
        guard lmdb.env_info(handle, &info) == 0, lmdb.env_get_fd(handle, &descriptor) == 0, fstat(descriptor, &file) == 0
        else { return MDB_INVALID }
        return file.st_size >= info.me_mapsize || ftruncate(descriptor, info.me_mapsize) == 0 ? 0 : clibc_errno()
    }

    /// Whether the file is as long as its meta page says: a page that is not there would end the process with SIGBUS.
    private static func length(_ handle: OpaquePointer, _ lmdb: cdynamic_lmdb) -> Int32 {
        var file = stat()
        var info = MDB_envinfo()
        var pages = MDB_stat()
        var descriptor: Int32 = -1
        // In this order: meanwhile a writer may let the file grow.
        guard lmdb.env_info(handle, &info) == 0, lmdb.env_stat(handle, &pages) == 0 else { return MDB_INVALID }
        // Not of the path: it may name another file by now.
        guard lmdb.env_get_fd(handle, &descriptor) == 0, fstat(descriptor, &file) == 0 else { return MDB_INVALID }
        let (size, overflows) = (info.me_last_pgno &+ 1).multipliedReportingOverflow(by: Int(pages.ms_psize))
        return !overflows && size > 0 && file.st_size >= size ? 0 : MDB_CORRUPTED
    }
}

extension LMDBEnvironment {
    /// Copies the state of now to a descriptor, without the pages that are free. The corresponding C function is
    /// `mdb_env_copyfd2`.
    ///
    /// - Returns: LMDB's status.
    package func copy(to descriptor: Int32) -> Int32 {
        lmdb.env_copyfd2(handle, descriptor, UInt32(MDB_CP_COMPACT))
    }

    package func failure(_ reason: Reason, _ status: Int32) -> Failure {
        LMDBEnvironment.failure(reason, path, status, lmdb, remedy: remedy)
    }

    /// Bytes of the pages that are used, of the map, and the levels of the tree.
    package func information() throws(Failure) -> (usedSize: Int, mapSize: Int, depth: Int) {
        var info = MDB_envinfo()
        var pages = MDB_stat()
        var status = lmdb.env_info(handle, &info)
        if status == 0 { status = lmdb.env_stat(handle, &pages) }
        guard status == 0 else { throw failure(.storeCannotBeRead, status) }
        let count = pages.ms_branch_pages + pages.ms_leaf_pages + pages.ms_overflow_pages
        return (count * Int(pages.ms_psize), info.me_mapsize, Int(pages.ms_depth))
    }
}

/// What the reader of a message can do about a file.
package struct Remedy: Sendable {
    let ofDamage: StaticString
    let ofAbsence: StaticString
    let ofFullness: StaticString

    package static let store = Remedy(
        ofDamage: "checkpwdctl store check says more, store restore brings a backup back",
        ofAbsence: "checkpwdctl store init creates store and key", ofFullness: "--max-size lets it grow further")
    package static let replayCache = Remedy(
        ofDamage: """
            its file system may be full; else remove the file when no login has been offered for as long as a challenge is good
            """,
        ofAbsence: "it is made by the first login",
        ofFullness: "too many logins for as long as a challenge is good; --challenge-age makes that shorter")
}

extension LMDBEnvironment {
    /// What LMDB's status means to whoever must mend it.
    package static func failure(
        _ reason: Reason, _ path: [UInt8], _ status: Int32, _ lmdb: cdynamic_lmdb, remedy: Remedy
    ) -> Failure {
        // LMDB's own codes are negative; the others are errno's.
        guard status > 0 else {
            let words = lmdb.strerror(status).map { [UInt8](cString: $0) } ?? []
            return .temporary(
                Cause(
                    reason, about: path + [UInt8](": ") + words, remedy: remedy.ofDamage))
        }
        switch status {
        case ENOMEM: return .temporary(Cause(reason, about: path + AddressSpace.note, errno: status, remedy: "raise that limit"))
        // LMDB says so, too, of a write that was cut short.
        case EIO: return .temporary(Cause(reason, about: path, errno: status, remedy: "the disk is full, or broken"))
        case ENOENT:
            return .temporary(
                Cause(reason, about: path, errno: status, remedy: remedy.ofAbsence))
        default: return .temporary(Cause(reason, about: path, errno: status))
        }
    }
}
