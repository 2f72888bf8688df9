import CDynamic
import CLibc
import CheckpwdCore

/// The file of an environment, and the map of it.
extension Environment {
    /// Opens the file. Returns 0 or LMDB's status, or an errno.
    static func open(
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
    static let step = 1 << 20

    /// Gives a writer's map the size to begin with: the one that it has, or a step beyond the data, and never more than a limit.
    /// LMDB makes it no smaller than the data.
    static func fitMap(_ handle: OpaquePointer, for access: Access, _ limit: Int, _ lmdb: cdynamic_lmdb) -> Int32 {
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
    static func fillMap(_ handle: OpaquePointer, _ lmdb: cdynamic_lmdb) -> Int32 {
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
