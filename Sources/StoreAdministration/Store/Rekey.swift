import CLibc
import CheckpwdCore
import SecretStore

/// What `rekey` did.
public struct Rekeying: Sendable {
    /// Whether one that was interrupted was gone on with.
    public internal(set) var wasResumed = false
    /// How many records were sealed anew.
    public internal(set) var resealed = 0
    /// Records that no key of the ring opens: they are left as they are.
    public internal(set) var damaged: [Failure] = []
    /// Whether the old keys are kept, since a record that cannot be read now might be read under one.
    public internal(set) var keepsOldKeys = false
}

extension StoreKeeper {
    /// How many records are sealed anew in one transaction.
    static let rekeyingBatch = 1000

    /// Makes a new key, seals every record anew under it, and retires the old ones.
    ///
    /// Logins go on meanwhile: the new key is in the file before the first record is sealed under it, and an old one goes when
    /// no record is sealed under it. Whoever is killed in between leaves a store in which every login works, and a mark in the
    /// key file, by which the next one goes on.
    ///
    /// - Parameters:
    ///   - givesUpDamaged: whether old keys go though there are records that could not be read.
    ///   - progress: is told, after each transaction, how many records were sealed anew, and of how many.
    public func rekey(
        givesUpDamaged: Bool = false, progress: (Int, Int) -> Void = { _, _ in }
    ) throws(Failure) -> Rekeying {
        let keyPath = try keyFile()
        let lock = try keyLock(keyPath)
        defer { withExtendedLifetime(lock) {} }
        var rekeying = Rekeying()
        rekeying.wasResumed = try write { (records) throws(Failure) in
            let ring = try ring(for: records)
            if !ring.isRekeying { try beginRekeying(records, ring) }
            return ring.isRekeying
        }
        var next: [UInt8]? = []
        while let start = next {
            next = try resealBatch(from: start, &rekeying, progress)
        }
        rekeying.keepsOldKeys = !rekeying.damaged.isEmpty && !givesUpDamaged
        guard !rekeying.keepsOldKeys else { return rekeying }
        try write { (records) throws(Failure) in
            let ring = try ring(for: records)
            var isDone = true
            try records.forEach { (key, value) throws(Failure) in
                let login = LoginName(key)
                guard let record = try? SealedRecord(Array(value), of: login), record.key != ring.current else { return true }
                // What opens under an old key was written by somebody who did not know the new one.
                isDone = !record.opens(for: login, with: ring)
                return isDone
            }
            guard isDone else {
                throw .temporary(
                    Cause(.recordsChangedMeanwhile, about: place.name, remedy: "run store rekey again; it goes on"))
            }
            try KeyFileWriting.endRekeying(keyPath, ring)
        }
        return rekeying
    }

    /// - Returns: the key to go on from, or nil at the end.
    private func resealBatch(
        from start: [UInt8], _ rekeying: inout Rekeying, _ progress: (Int, Int) -> Void
    ) throws(Failure) -> [UInt8]? {
        let batch = try write { (records) throws(Failure) in
            var batch = RekeyingBatch(total: try records.count())
            let ring = try ring(for: records)
            var old: [(LoginName, SealedRecord)] = []
            try records.forEach(from: start) { (key, value) throws(Failure) in
                guard old.count < StoreKeeper.rekeyingBatch else {
                    batch.next = key
                    return false
                }
                let login = LoginName(key)
                do throws(Failure) {
                    let record = try SealedRecord(Array(value), of: login)
                    if record.key != ring.current { old.append((login, record)) }
                } catch {
                    batch.damaged.append(error)
                }
                return true
            }
            var fresh: [(key: [UInt8], value: [UInt8])] = []
            for (login, record) in old {
                do throws(Failure) {
                    guard let secret = try record.open(for: login, with: ring) else { throw record.keyIsMissing(login) }
                    let sealed = try secret.withUnsafeBytes { (secret) throws(Failure) in
                        try SealedRecord(
                            sealing: secret, of: login, created: record.created, changed: record.changed, with: ring)
                    }
                    fresh.append((login.bytes, sealed.bytes))
                } catch {
                    batch.damaged.append(error)
                }
            }
            try records.put(fresh)
            batch.resealed = fresh.count
            return batch
        }
        rekeying.resealed += batch.resealed
        rekeying.damaged += batch.damaged
        progress(rekeying.resealed, batch.total)
        return batch.next
    }
}

/// What one transaction did.
private struct RekeyingBatch {
    let total: Int
    var resealed = 0
    var damaged: [Failure] = []
    /// The key to go on from.
    var next: [UInt8]?

    init(total: Int) {
        self.total = total
    }
}
