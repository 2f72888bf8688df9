import CheckpwdCore
import Foundation
import TestSupport
import Testing

@testable import SecretStore

@Suite(.enabled(if: DatabaseServer.isInstalled, "needs PostgreSQL")) struct ConnectionTests {
    private let server = DatabaseServer.shared
    private let folder = Folder()

    private func connect(_ address: String) -> Failure? {
        failure { () throws(Failure) in _ = try Connection(to: DatabaseAddress(Array(address.utf8))!, .login) }
    }

    /// An address by TCP, as a role whose password is in a file.
    private func remote(at host: String = "localhost", _ options: String) -> String {
        server.run(
            """
            DO $$ BEGIN CREATE ROLE remote LOGIN PASSWORD 'wordofpass';
            EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$
            """)
        let passwords = folder.write("pgpass", "*:*:*:remote:wordofpass\n".utf8)
        return "postgresql://remote@\(host):\(server.port)/postgres?passfile=\(passwords)\(options)"
    }

    @Test func `through a Unix socket there is nothing to verify`() {
        #expect(connect(server.address(of: "postgres")) == nil)
        #expect(connect(server.address(of: "postgres", options: "&sslmode=disable")) == nil)
    }

    @Test func `by TCP the certificate is verified, and the password comes from a file`() {
        #expect(connect(remote("&sslrootcert=\(server.certificate)")) == nil)
        #expect(connect(remote("&sslrootcert=\(server.certificate)&sslmode=verify-full")) == nil)
    }

    /// One after another: the service file is named by the environment.
    @Test(.serialized, arguments: ["disable", "allow", "prefer", "require", "verify-ca"])
    func `a weaker mode is refused`(mode: String) {
        let expected = "misused: database would not be verified: sslmode=\(mode); with any sslmode but verify-full "
        #expect("\(connect(remote("&sslrootcert=\(server.certificate)&sslmode=\(mode)"))!)".hasPrefix(expected))
        // A service file's word is the administrator's, too.
        let services = folder.write("services", "[mail]\nsslmode=\(mode)\n".utf8)
        let address = remote("&sslrootcert=\(server.certificate)&service=mail")
        setenv("PGSERVICEFILE", services, 1)
        defer { unsetenv("PGSERVICEFILE") }
        #expect("\(connect(address)!)".hasPrefix(expected))
    }

    @Test func `a certificate of another host, or of nobody known, is a temporary failure`() {
        let other = connect(remote(at: "127.0.0.1", "&sslrootcert=\(server.certificate)"))
        #expect("\(other!)".hasPrefix("temporary: store cannot be reached: postgresql://127.0.0.1:\(server.port)/postgres: "))
        #expect("\(other!)".contains("does not match host name"))
        let unknown = connect(remote("&sslrootcert=/nonexistent"))
        #expect("\(unknown!)".contains("root certificate file \\x22/nonexistent\\x22 does not exist"))
        #expect(!"\(unknown!)".contains("\n") && !"\(unknown!)".contains("\\x0a"))
    }

    @Test(arguments: [
        "postgresql://mail:s3cr3t@localhost/mail", "postgresql://localhost/mail?password=s3cr3t",
        "postgresql://localhost/mail?sslpassword=s3cr3t", "postgresql://localhost/mail?pass%77ord=s3cr3t",
    ])
    func `a password in the address is refused, and not repeated`(address: String) {
        let failure = "\(connect(address)!)"
        #expect(failure.hasPrefix("misused: password in store address: postgresql://localhost/mail; give it in ~/.pgpass"))
        #expect(!failure.contains("s3cr3t"))
    }

    @Test(arguments: [
        "postgresql://mail:s3cr3t/mail", "postgresql://mail:s3cr3t:x@localhost/mail?port=s3cr3t", "postgresql://[s3cr3t/mail",
        "postgresql://localhost/mail?s3cr3t=1", "postgresql://localhost/%s3cr3t",
    ])
    func `an address that cannot be read is refused, and not repeated`(address: String) {
        let failure = "\(connect(address)!)"
        #expect(failure.hasPrefix("misused: bad store address; ") || failure.hasPrefix("misused: password in store address"))
        #expect(!failure.contains("s3cr3t"))
    }

    @Test(arguments: [
        ("no socket there", "postgresql:///x?host=/nonexistent"), ("nobody listens", "postgresql:///x?host=@nobody"),
        ("no such service", "postgresql://?service=nosuchservice"),
    ])
    func `a server that cannot be reached is a temporary failure`(why: String, address: String) {
        #expect("\(connect(address)!)".hasPrefix("temporary: store cannot be reached: postgresql://"))
        #expect(connect(server.address(of: "nosuchdatabase"))?.verdict.description == "temporary")
    }

    @Test func `a server that accepts and says nothing is not waited for for ever`() {
        let silent = SilentServer(in: folder.path, port: 5432)
        let failure = connect("postgresql:///x?host=\(folder.path)&connect_timeout=1")
        #expect("\(failure!)".hasPrefix("temporary: database does not answer: postgresql:///x; "))
        _ = silent
    }

    @Test func `the environment is left as it was`() {
        #expect(connect(server.address(of: "postgres")) == nil)
        #expect(getenv("PGSSLMODE") == nil)
    }
}

@Suite(.enabled(if: DatabaseServer.isInstalled, "needs PostgreSQL")) struct StatementTests {
    private let server = DatabaseServer.shared

    private func connection(_ options: String = "") throws(Failure) -> Connection {
        try Connection(to: DatabaseAddress(Array(server.address(of: "postgres", options: options).utf8))!, .login)
    }

    private func problem(_ statement: StaticString, _ options: String = "") -> String {
        failure { () throws(Failure) in try connection(options).execute(statement) }.map { "\($0)" } ?? "none"
    }

    @Test(arguments: [
        [], [0], Array("'; DROP TABLE secrets; --".utf8), Array(0...255), [UInt8](repeating: 7, count: 100_000),
    ])
    func `bytes come back as they went`(bytes: [UInt8]) throws {
        let connection = try connection()
        #expect(try connection.execute("SELECT $1", [.bytes(bytes)]).bytes(0, 0) == bytes)
        let list = try connection.execute("SELECT unnest($1)", [.list([bytes, [1], bytes])])
        #expect(list.count == 3 && list.bytes(0, 0) == bytes && list.bytes(1, 0) == [1] && list.bytes(2, 0) == bytes)
    }

    @Test(arguments: [0, 1, -1, Int64.max, Int64.min])
    func `numbers come back as they went`(number: Int64) throws {
        #expect(try connection().execute("SELECT $1", [.integer(number)]).integer(0, 0) == number)
    }

    @Test func `no rows, an empty list and truth`() throws {
        let connection = try connection()
        #expect(try connection.execute("SELECT unnest($1)", [.list([])]).count == 0)
        #expect(try connection.execute("SELECT true, false").truth(0, 0))
        #expect(try !connection.execute("SELECT true, false").truth(0, 1))
    }

    @Test func `what the server refuses is a temporary failure with its words, on one line`() {
        #expect(
            problem("SELECT 1 FROM pam_checkpwd.nosuchtable")
                == "temporary: store cannot be read: postgresql:///postgres: relation \\x22pam_checkpwd.nosuchtable\\x22 "
                + "does not exist; checkpwdctl store init creates schema and tables")
        #expect(
            problem("CREATE TABLE x ()", "&options=-c%20default_transaction_read_only%3Don")
                .contains("read-only transaction; this is a read-only replica; "))
        #expect(problem("DO $$ BEGIN RAISE EXCEPTION E'two\\nlines \\x1b[31m'; END $$").contains("two; lines \\x1b[31m; "))
    }

    @Test func `a statement that takes too long ends, here and on the server`() throws {
        #expect(
            problem("SELECT pg_sleep(60)", "&connect_timeout=1").hasPrefix(
                "temporary: database does not answer: postgresql:///postgres; "))
        #expect(
            problem("SELECT pg_sleep(60)", "&options=-c%20statement_timeout%3D100")
                .hasSuffix("canceling statement due to statement timeout; the database is stuck or overloaded"))
    }

    @Test func `a connection that is lost meanwhile is a temporary failure`() throws {
        let failure = problem("SELECT pg_terminate_backend(pg_backend_pid())")
        #expect(failure.hasPrefix("temporary: store cannot be read: postgresql:///postgres: "))
    }

    @Test func `what throws in a transaction changes nothing`() throws {
        let database = Database(at: DatabaseAddress(Array(server.address(of: "postgres").utf8))!, .administration)
        let thrown = failure { () throws(Failure) in
            try database.transaction("BEGIN") { (connection) throws(Failure) in
                try connection.execute("CREATE TABLE public.undone ()")
                throw .temporary(Cause(Reason("no", "no")))
            }
        }
        #expect("\(thrown!)" == "temporary: no")
        #expect(try !database.connection().execute("SELECT to_regclass('public.undone') IS NOT NULL").truth(0, 0))
    }
}
