import CheckpwdCore
import SecretStore

/// The tables of a store in a database: what an administrator asks of them.
extension Connection {
    private static var unwritable: Reason { .storeCannotBeWritten }

    /// Holds, until the transaction ends, the lock that one writer at a time has, on whatever host.
    func lock() throws(Failure) {
        try execute("SELECT pg_advisory_xact_lock(1885433187, 1)", failing: Connection.unwritable)
    }

    /// Makes what the transaction commits survive the server, where the server is set not to wait for that. Where it is set to
    /// wait for more, it does.
    func requireDurability() throws(Failure) {
        try execute(
            """
            SELECT set_config('synchronous_commit', 'on', true) WHERE current_setting('synchronous_commit') = 'off'
            """, failing: Connection.unwritable)
    }

    func records(of logins: [[UInt8]]) throws(Failure) -> [[UInt8]?] {
        let rows = try execute(
            "SELECT login, record FROM pam_checkpwd.secrets WHERE login = ANY ($1)", [.list(logins)])
        var found: [[UInt8]: [UInt8]] = [:]
        for row in 0..<rows.count { found[rows.bytes(row, 0)] = rows.bytes(row, 1) }
        return logins.map { found[$0] }
    }

    func put(_ entries: [(key: [UInt8], value: [UInt8])]) throws(Failure) {
        guard !entries.isEmpty else { return }
        try execute(
            """
            INSERT INTO pam_checkpwd.secrets (login, record) SELECT * FROM unnest($1, $2)
            ON CONFLICT (login) DO UPDATE SET record = EXCLUDED.record
            """,
            [.list(entries.map(\.key)), .list(entries.map(\.value))], failing: Connection.unwritable)
    }

    func delete(_ login: [UInt8]) throws(Failure) -> Bool {
        try execute(
            "DELETE FROM pam_checkpwd.secrets WHERE login = $1", [.bytes(login)], failing: Connection.unwritable
        ).written > 0
    }

    /// A page at a time: a million records need not be in memory at once.
    func forEach(
        from start: [UInt8], _ body: ([UInt8], UnsafeRawBufferPointer) throws(Failure) -> Bool
    ) throws(Failure) {
        var next: [UInt8]? = start
        while let start = next {
            let rows = try execute(
                "SELECT login, record FROM pam_checkpwd.secrets WHERE login >= $1 ORDER BY login LIMIT 1000", [.bytes(start)])
            next = nil
            for row in 0..<rows.count {
                let login = rows.bytes(row, 0)
                let goesOn = try rows.withBytes(row, 1) { (record) throws(Failure) in try body(login, record) }
                guard goesOn else { return }
                // The least login that is greater.
                next = login + [0]
            }
        }
    }

    func count() throws(Failure) -> Int {
        try Int(execute("SELECT count(*) FROM pam_checkpwd.secrets").integer(0, 0))
    }

    /// Bytes of the records, and of all that is kept for them.
    func sizes() throws(Failure) -> (used: Int, total: Int) {
        let rows = try execute(
            """
            SELECT pg_relation_size('pam_checkpwd.secrets'), pg_total_relation_size('pam_checkpwd.secrets')
            """)
        return (Int(rows.integer(0, 0)), Int(rows.integer(0, 1)))
    }

    /// The name of the key that every host seals under.
    func sealingKey() throws(Failure) -> [UInt8] {
        let rows = try execute("SELECT key FROM pam_checkpwd.store")
        return rows.count > 0 ? rows.bytes(0, 0) : []
    }

    func setSealingKey(_ name: [UInt8]) throws(Failure) {
        try execute("UPDATE pam_checkpwd.store SET key = $1", [.bytes(name)], failing: Connection.unwritable)
    }

    /// When each login was last proved by an answer to a challenge, as far back as the replay cache remembers.
    func lastUses() throws(Failure) -> [[UInt8]: UInt64] {
        let rows = try execute(
            "SELECT login, max(used) FROM pam_checkpwd.replay GROUP BY login", failing: .replayCacheCannotBeRead)
        var uses: [[UInt8]: UInt64] = [:]
        for row in 0..<rows.count { uses[rows.bytes(row, 0)] = UInt64(clamping: rows.integer(row, 1)) }
        return uses
    }
}
