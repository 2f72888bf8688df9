import CPlatform
import Credentials
import SecretStore
import Verdicts

/// What `rekey` did.
public struct Rekeying: Sendable {
    /// Whether one that was interrupted was gone on with.
    public internal(set) var wasResumed = false
    /// How many records were sealed anew.
    public internal(set) var resealed = 0
    /// Records that no key of the ring opens: they are left as they are.
    public internal(set) var damaged: [Failure] = []
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
    /// - Parameter progress: is told, after each transaction, how many records were sealed anew, and of how many.
    public func rekey(progress: (Int, Int) -> Void = { _, _ in }) throws(Failure) -> Rekeying {
        guard case .file(let keyPath) = keys else {
            throw .misused(
                Cause(
                    "a credential cannot be changed", about: keys.path,
                    remedy: "name the file that it is loaded from with --store-key"))
        }
        var rekeying = Rekeying()
        try exclusively { (_) throws(Failure) in
            let ring = try KeyRing(at: keys)
            rekeying.wasResumed = ring.isRekeying
            if !ring.isRekeying { try KeyFileWriting.beginRekeying(keyPath, ring) }
        }
        var next: [UInt8]? = []
        while let start = next {
            next = try resealBatch(from: start, &rekeying, progress)
        }
        try exclusively { (environment) throws(Failure) in
            let ring = try KeyRing(at: keys)
            let isDone = try environment.read { (view) throws(Failure) in
                var isDone = true
                try view.forEach { (key, value) throws(Failure) in
                    let login = Login(key)
                    guard let record = try? SealedRecord(Array(value), of: login), record.key != ring.current else {
                        return true
                    }
                    // What opens under an old key was written by somebody who did not know the new one.
                    isDone = !record.opens(for: login, with: ring)
                    return isDone
                }
                return isDone
            }
            guard isDone ?? false else {
                throw .temporary(
                    Cause("records changed meanwhile", about: path, remedy: "run store rekey again; it goes on"))
            }
            try KeyFileWriting.endRekeying(keyPath, ring)
        }
        return rekeying
    }

    /// - Returns: the key to go on from, or nil at the end.
    private func resealBatch(
        from start: [UInt8], _ rekeying: inout Rekeying, _ progress: (Int, Int) -> Void
    ) throws(Failure) -> [UInt8]? {
        var next: [UInt8]?
        var total = 0
        var resealed = 0
        var damaged: [Failure] = []
        try exclusively { (environment) throws(Failure) in
            try environment.write { (view) throws(Failure) in
                (next, resealed, damaged) = (nil, 0, [])
                let ring = try KeyRing(at: keys)
                total = try Int(view.statistics().ms_entries)
                var records: [(Login, SealedRecord)] = []
                try view.forEach(from: start) { (key, value) throws(Failure) in
                    guard records.count < StoreKeeper.rekeyingBatch else {
                        next = key
                        return false
                    }
                    let login = Login(key)
                    do throws(Failure) {
                        let record = try SealedRecord(Array(value), of: login)
                        if record.key != ring.current { records.append((login, record)) }
                    } catch {
                        damaged.append(error)
                    }
                    return true
                }
                for (login, record) in records {
                    let status: Int32
                    do throws(Failure) {
                        guard let secret = try record.open(for: login, with: ring) else { throw record.keyIsMissing(login) }
                        let fresh = try secret.withUnsafeBytes { (secret) throws(Failure) in
                            try SealedRecord(
                                sealing: secret, of: login, created: record.created, changed: record.changed, with: ring)
                        }
                        status = view.put(login.bytes, fresh.bytes)
                    } catch {
                        damaged.append(error)
                        continue
                    }
                    guard status == 0 else { return status }
                    resealed += 1
                }
                return 0
            }
        }
        rekeying.resealed += resealed
        rekeying.damaged += damaged
        progress(rekeying.resealed, total)
        return next
    }
}
