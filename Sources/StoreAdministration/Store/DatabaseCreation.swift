import CheckpwdCore
import SecretStore

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
