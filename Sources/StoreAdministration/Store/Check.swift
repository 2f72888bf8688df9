import CLibc
import CheckpwdCore
import SecretStore

/// What `check` found.
public struct Findings: Sendable {
    /// How many records were read.
    public internal(set) var records = 0
    /// Why a record does not open, or what is wrong with the tree.
    public internal(set) var problems: [Failure] = []
}

extension StoreKeeper {
    /// Reads every record and opens its secret.
    ///
    /// - Throws: `temporary` where the store cannot be read at all. A fault while reading ends the program, see `LMDBEnvironment`.
    public func check() throws(Failure) -> Findings {
        try readWithKeys { (records, ring) throws(Failure) in try StoreKeeper.check(records, place.name, ring) }
    }

    static func check(
        _ stored: Records, _ name: [UInt8], _ ring: borrowing KeyRing
    ) throws(Failure) -> Findings {
        var findings = Findings()
        var last: [UInt8] = []
        try stored.forEach { (key, value) throws(Failure) in
            findings.records += 1
            let login = LoginName(key)
            // A lookup goes another way through the tree than this walk.
            if stored.connection == nil, try stored.value(of: key) != Array(value) {
                findings.problems.append(
                    .temporary(Cause(.recordIsNotFoundByALookup, about: key, remedy: "restore a backup")))
            }
            if findings.records > 1, !last.lexicographicallyPrecedes(key) {
                findings.problems.append(
                    .temporary(Cause(.keysOutOfOrder, about: key, remedy: "a lookup may miss them; restore a backup")))
            }
            last = key
            do throws(Failure) {
                try Batch.requireLogin(login)
                let record = try SealedRecord(Array(value), of: login)
                if try record.open(for: login, with: ring) == nil { throw record.keyIsMissing(login) }
            } catch {
                findings.problems.append(error)
            }
            return true
        }
        let expected = try stored.count()
        if expected != findings.records {
            findings.problems.append(
                .temporary(
                    Cause(
                        .recordsAreMissing,
                        about: name + [UInt8](": ") + [UInt8](decimal: findings.records) + [UInt8](" of ")
                            + [UInt8](decimal: expected),
                        remedy: "restore a backup")))
        }
        return findings
    }
}

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
            let info = try LMDBEnvironment(at: path, for: .reading).information()
            // The file is as long as the map, with holes.
            return (Int(file.st_blocks) * 512, info.usedSize, info.mapSize, info.depth)
        case .database(let database):
            let sizes = try database.connection().sizes()
            return (sizes.total, sizes.used, nil, nil)
        }
    }
}
