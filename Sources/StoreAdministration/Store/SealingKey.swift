import CLibc
import CheckpwdCore
import SecretStore

extension StoreKeeper {
    /// The keys, for whoever is about to seal.
    ///
    /// Hosts that share a database have a copy each of one key file. So the database holds the name of the key that all seal
    /// under, and a host whose copy is not the one of now is refused: what it sealed, others might not open.
    func ring(for records: Records) throws(Failure) -> KeyRing {
        let ring = try KeyRing(at: keys)
        guard let connection = records.connection else { return ring }
        let current = ring.current.bytes
        let sealing = try connection.sealingKey()
        guard sealing != current else { return ring }
        // Killed after the file was changed and before the database was: then the file still has the key of before. A copy from
        // an earlier rekeying has the mark, too, and lacks that key.
        if ring.isRekeying, ring.ids.contains(KeyID(bytes: sealing)) {
            try connection.setSealingKey(current)
            return ring
        }
        throw .temporary(
            Cause(
                .keyFileIsNotTheStoresOfNow, about: keys.path,
                remedy: "copy it from the host on which the store was made, or last rekeyed"))
    }

    /// Adds a key that opens and does not seal yet, so that everybody can have it before the first record is sealed under it:
    /// other hosts, and services that were given a copy of the keys when they were started.
    ///
    /// - Returns: its name.
    /// - Throws: `misused` where a key is prepared already, or a rekeying has not ended, which would take it away.
    public func prepareRekeying() throws(Failure) -> KeyID {
        let keyPath = try keyFile()
        let lock = try keyLock(keyPath)
        defer { withExtendedLifetime(lock) {} }
        return try write { (records) throws(Failure) in
            let ring = try ring(for: records)
            guard !ring.isRekeying else {
                throw .misused(Cause(.aRekeyingHasNotEnded, about: keyPath, remedy: "run store rekey first; it goes on"))
            }
            if let prepared = ring.prepared {
                throw .misused(
                    Cause(
                        .aKeyIsPreparedAlready, about: Hex.encode(prepared.bytes),
                        remedy: "give the key file to all who need it, then store rekey"))
            }
            try KeyFileWriting.prepare(keyPath, ring)
            return try KeyRing(at: keys).prepared!
        }
    }

    /// Makes the key that was prepared the one that seals; or a new one, where nobody else needs it first.
    func beginRekeying(_ records: Records, _ ring: borrowing KeyRing) throws(Failure) {
        let keyPath = try keyFile()
        if let prepared = ring.prepared {
            try KeyFileWriting.promote(prepared, in: keyPath, ring)
        } else if records.connection == nil {
            try KeyFileWriting.beginRekeying(keyPath, ring)
        } else {
            throw .misused(
                Cause(
                    .noKeyIsPrepared, about: keys.path,
                    remedy: "store rekey --prepare makes one; copy the key file to every host, then store rekey"))
        }
        let current = try KeyRing(at: keys).current.bytes
        try records.connection?.setSealingKey(current)
    }

    /// - Throws: `misused` where the keys are in no file that could be changed.
    func keyFile() throws(Failure) -> [UInt8] {
        guard case .file(let path) = keys else {
            throw .misused(
                Cause(
                    .aCredentialCannotBeChanged, about: keys.path,
                    remedy: "name the key file itself with --store-key; see side-store.md for credentials"))
        }
        return path
    }
}
