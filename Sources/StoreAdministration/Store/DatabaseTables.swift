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

extension Connection {
    /// Makes the tables of an empty store. The schema may be there already: who may make tables need not be allowed to make
    /// schemata.
    ///
    /// - Parameter key: the name of the key that every host seals under.
    func createTables(sealedUnder key: [UInt8]) throws(Failure) {
        let what: Reason = .storeCannotBeCreated
        let schema = try execute("SELECT to_regnamespace('pam_checkpwd') IS NOT NULL", failing: what)
        if !schema.truth(0, 0) { try execute("CREATE SCHEMA pam_checkpwd", failing: what) }
        let statements: [StaticString] = [
            """
            CREATE TABLE pam_checkpwd.secrets (
              login bytea PRIMARY KEY CHECK (octet_length(login) BETWEEN 1 AND 511), record bytea NOT NULL)
            """,
            """
            CREATE TABLE pam_checkpwd.replay (
              digest bytea PRIMARY KEY, expires bigint NOT NULL, used bigint NOT NULL, login bytea NOT NULL)
            """,
            "CREATE INDEX replay_expires ON pam_checkpwd.replay (expires)",
            "CREATE TABLE pam_checkpwd.store (one boolean PRIMARY KEY DEFAULT true CHECK (one), key bytea NOT NULL)",
        ]
        for statement in statements { try execute(statement, failing: what) }
        try execute("INSERT INTO pam_checkpwd.store (key) VALUES ($1)", [.bytes(key)], failing: what)
    }
}

extension StoreKeeper {
    /// The least that a role needs: of those that mail hosts log in as, and of those that administrators do.
    public static let grants: StaticString = """
        -- for the role that mail hosts use, here 'mail'
        GRANT USAGE ON SCHEMA pam_checkpwd TO mail;
        GRANT SELECT ON pam_checkpwd.secrets TO mail;
        GRANT SELECT, INSERT, DELETE ON pam_checkpwd.replay TO mail;
        -- for an administrator's role that does not own the tables, here 'mailadmin'
        GRANT USAGE ON SCHEMA pam_checkpwd TO mailadmin;
        GRANT SELECT, INSERT, UPDATE, DELETE ON pam_checkpwd.secrets TO mailadmin;
        GRANT SELECT, UPDATE ON pam_checkpwd.store TO mailadmin;
        GRANT SELECT ON pam_checkpwd.replay TO mailadmin;
        """
}
