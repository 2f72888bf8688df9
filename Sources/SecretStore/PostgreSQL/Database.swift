import CheckpwdCore

/// A database: connected to when it is first asked, and all that one login or one command asks goes over that connection.
package final class Database {
    package let address: DatabaseAddress
    private let timeoutPolicy: TimeoutPolicy
    private var opened: Connection?

    /// Nothing is opened yet.
    package init(at address: DatabaseAddress, _ timeoutPolicy: TimeoutPolicy) {
        self.address = address
        self.timeoutPolicy = timeoutPolicy
    }

    package func connection() throws(Failure) -> Connection {
        if let opened { return opened }
        let connection = try Connection(to: address, timeoutPolicy)
        opened = connection
        return connection
    }

    /// Runs `body` in a transaction, and commits it. Where `body` or the commit throws, the connection is closed, and the
    /// server forgets what was done.
    ///
    /// - Parameter begin: the statement that begins it.
    package func transaction<Result>(
        _ begin: StaticString, _ body: (Connection) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        do throws(Failure) {
            let connection = try connection()
            try connection.execute(begin)
            let result = try body(connection)
            try connection.execute("COMMIT", failing: .storeCannotBeWritten)
            return result
        } catch {
            opened = nil
            throw error
        }
    }
}

/// The tables of a store in a database: what a login asks of them. `checkpwdctl store init` makes them.
extension Connection {
    /// - Returns: a login's sealed record, or nil where it has none.
    package func record(of login: [UInt8]) throws(Failure) -> [UInt8]? {
        let rows = try execute("SELECT record FROM pam_checkpwd.secrets WHERE login = $1", [.bytes(login)])
        return rows.count > 0 ? rows.bytes(0, 0) : nil
    }

    /// Whether there is a record of any login.
    func holdsRecords() throws(Failure) -> Bool {
        try execute("SELECT FROM pam_checkpwd.secrets LIMIT 1").count > 0
    }

    /// How far a mail host's clock may be from the database's, in seconds.
    private static var skew: Int64 { 300 }

    /// Remembers an answer, unless it is remembered already: one statement, so that of all who try it at once, on whatever
    /// host, one succeeds.
    ///
    /// Whether an answer is over is the asking host's to say, and clocks differ. So an entry stays until the database's clock
    /// says that it is over for every host whose clock is near enough, and a host whose clock is not is refused.
    ///
    /// - Returns: whether it is new.
    func remember(_ digest: [UInt8], of login: LoginName, now: UInt64, until expiry: UInt64) throws(Failure) -> Bool {
        let what: Reason = .replayCacheCannotBeWritten
        // One login at a time sweeps, or two could wait for each other.
        try execute(
            """
            WITH sweeper AS MATERIALIZED (SELECT pg_try_advisory_xact_lock(1885433187, 2) AS isalone)
            DELETE FROM pam_checkpwd.replay WHERE digest = ANY (ARRAY(
              SELECT digest FROM pam_checkpwd.replay WHERE (SELECT isalone FROM sweeper)
              AND expires < extract(epoch FROM clock_timestamp())::bigint - $1 ORDER BY expires LIMIT 64))
            """, [.integer(Connection.skew)], failing: what)
        let rows = try execute(
            """
            INSERT INTO pam_checkpwd.replay (digest, expires, used, login) VALUES ($1, $2, $3, $4)
            ON CONFLICT (digest) DO NOTHING RETURNING extract(epoch FROM clock_timestamp())::bigint
            """,
            [.bytes(digest), .integer(Int64(clamping: expiry)), .integer(Int64(clamping: now)), .bytes(login.bytes)],
            failing: what)
        guard rows.count > 0 else { return false }
        let ahead = Int64(clamping: now) - rows.integer(0, 0)
        guard abs(ahead) <= Connection.skew else {
            throw .temporary(
                Cause(
                    .clockDiffersFromTheDatabases, about: [UInt8](decimal: ahead) + [UInt8](" seconds"),
                    remedy: "keep both by NTP; beyond 300 seconds an answer could be accepted twice"))
        }
        return true
    }
}
