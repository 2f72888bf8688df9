import CLibc
import CheckpwdCore
import SecretStore

/// How large the store is, and under which keys its records are sealed.
public struct Statistics: Sendable {
    public let records: Int
    /// Bytes of the file on the disk, or of a database's table with its index; and those of them that hold records.
    public let fileSize: Int
    public let usedSize: Int
    /// Bytes that LMDB's map may hold before it grows, and the levels of its tree; nil for a database.
    public let mapSize: Int?
    public let depth: Int?
    /// How many records each key seals, the current key first; keys that seal none included.
    public let keys: [(key: KeyID, records: Int)]
    /// Records whose key is not in the ring, or that are too damaged to tell.
    public let withoutKey: Int
    public let isRekeying: Bool
    /// When a secret was last set, in seconds since 1970.
    public let lastChange: UInt64?
}

extension StoreKeeper {
    public func statistics() throws(Failure) -> Statistics {
        let (entries, ids, isRekeying) = try readWithKeys { (records, ring) throws(Failure) in
            (try StoreKeeper.entries(in: records), ring.ids, ring.isRekeying)
        }
        let counts = ids.map { id in (key: id, records: entries.count { $0.key == id }) }
        let sizes = try sizes()
        return Statistics(
            records: entries.count, fileSize: sizes.file, usedSize: sizes.used, mapSize: sizes.map, depth: sizes.depth,
            keys: counts, withoutKey: entries.count - counts.reduce(0) { $0 + $1.records }, isRekeying: isRekeying,
            lastChange: entries.lazy.compactMap(\.changed).max())
    }

    private func sizes() throws(Failure) -> (file: Int, used: Int, map: Int?, depth: Int?) {
        switch store.medium {
        case .file(let path):
            var file = stat()
            _ = path.withCString { stat($0, &file) }
            let info = try Environment(at: path, for: .reading).information()
            // The file is as long as the map, with holes.
            return (Int(file.st_blocks) * 512, info.usedSize, info.mapSize, info.depth)
        case .database(let database):
            let sizes = try database.connection().sizes()
            return (sizes.total, sizes.used, nil, nil)
        }
    }
}
