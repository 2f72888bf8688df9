import CDynamic
import CheckpwdCore

extension Environment {
    /// Copies the state of now to a descriptor, without the pages that are free. The corresponding C function is
    /// `mdb_env_copyfd2`.
    ///
    /// - Returns: LMDB's status.
    package func copy(to descriptor: Int32) -> Int32 {
        lmdb.env_copyfd2(handle, descriptor, UInt32(MDB_CP_COMPACT))
    }

    package func failure(_ reason: Reason, _ status: Int32) -> Failure {
        Environment.failure(reason, path, status, lmdb, remedy: remedy)
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
