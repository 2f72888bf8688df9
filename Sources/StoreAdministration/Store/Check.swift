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
    /// - Throws: `temporary` where the store cannot be read at all. A fault while reading ends the program, see `Environment`.
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
