import CheckpwdCore
@testable import SecretStore
import TestSupport
import Testing

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
