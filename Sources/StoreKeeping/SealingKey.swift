import ByteStrings
import CPlatform
import Credentials
import PostgreSQL
import SecretStore
import Verdicts

extension StoreKeeper {
    /// The keys, for whoever is about to seal.
    ///
    /// Hosts that share a database have a copy each of one key file. So the database holds the name of the key that all seal
    /// under, and a host whose copy is not the one of now is refused: what it sealed, others might not open.
    func ring(for records: borrowing Records) throws(Failure) -> KeyRing {
        let ring = try KeyRing(at: keys)
        guard let connection = records.connection else { return ring }
        let current = ring.current.bytes
        guard try connection.sealingKey() != current else { return ring }
        // Killed after the file was changed and before the database was.
        if ring.isRekeying {
            try connection.setSealingKey(current)
            return ring
        }
        throw .temporary(
            Cause(
                "key file is not the store's of now", about: keys.path,
                remedy: "copy it from the host on which the store was made, or last rekeyed"))
    }

    /// Adds a key that opens and does not seal yet, so that every host can have it before the first record is sealed under
    /// it.
    ///
    /// - Returns: its name.
    /// - Throws: `misused` where the store is this host's alone, or a key is prepared already.
    public func prepareRekeying() throws(Failure) -> KeyID {
        guard case .database = store.medium else {
            throw .misused(Cause("nothing to prepare", about: place.name, remedy: "no other host has this store: store rekey"))
        }
        let keyPath = try keyFile()
        return try write { (records) throws(Failure) in
            let ring = try ring(for: records)
            guard ring.ids.count == 1 else {
                throw .misused(
                    Cause(
                        "a key is prepared already", about: Hex.encode(ring.ids[1].bytes),
                        remedy: "copy the key file to every host, then store rekey"))
            }
            try KeyFileWriting.prepare(keyPath, ring)
            return try KeyRing(at: keys).ids[1]
        }
    }

    /// Makes the new key the one that seals.
    func beginRekeying(_ records: borrowing Records, _ ring: borrowing KeyRing) throws(Failure) {
        let keyPath = try keyFile()
        guard let connection = records.connection else { return try KeyFileWriting.beginRekeying(keyPath, ring) }
        guard ring.ids.count > 1 else {
            throw .misused(
                Cause(
                    "no key is prepared", about: keys.path,
                    remedy: "store rekey --prepare makes one; copy the key file to every host, then store rekey"))
        }
        let new = ring.ids[1]
        try KeyFileWriting.promote(new, in: keyPath, ring)
        try connection.setSealingKey(new.bytes)
    }

    /// - Throws: `misused` where the keys are in no file that could be changed.
    func keyFile() throws(Failure) -> [UInt8] {
        guard case .file(let path) = keys else {
            throw .misused(
                Cause(
                    "a credential cannot be changed", about: keys.path,
                    remedy: "name the file that it is loaded from with --store-key"))
        }
        return path
    }
}
