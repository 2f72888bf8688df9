import CPlatform
import SecretStore
import Verdicts

/// How large the store is, and under which keys its records are sealed.
public struct Statistics: Sendable {
    public let records: Int
    /// Bytes of the file, those of them that hold something, and of what the map may hold before it grows.
    public let fileSize: Int
    public let usedSize: Int
    public let mapSize: Int
    /// Levels of the tree.
    public let depth: Int
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
        let ring = try KeyRing(at: keys)
        let entries = try entries()
        let counts = ring.ids.map { id in (key: id, records: entries.count { $0.key == id }) }
        var file = stat()
        _ = path.withCString { stat($0, &file) }
        let info = try Environment(at: path, for: .reading).information()
        return Statistics(
            records: entries.count, fileSize: Int(file.st_size), usedSize: info.usedSize, mapSize: info.mapSize,
            depth: info.depth, keys: counts, withoutKey: entries.count - counts.reduce(0) { $0 + $1.records },
            isRekeying: ring.isRekeying, lastChange: entries.lazy.compactMap(\.changed).max())
    }
}
