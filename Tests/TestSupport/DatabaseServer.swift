import CLibc
import Foundation

/// A real PostgreSQL server for the tests: started by whoever asks first, and gone with the process that runs them, even
/// where that is killed.
public final class DatabaseServer: Sendable {
    /// Whether there is PostgreSQL to be started, and somebody whom it can run as.
    public static let isInstalled =
        (try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql"))?.isEmpty == false
        && (geteuid() != 0 || getpwnam("postgres") != nil)

    public static let shared = DatabaseServer()

    /// Where its socket is.
    public let folder: String
    public let port = LoopbackPort.free()
    public let psql: String
    /// The end of a pipe at whose other end the server's keeper waits.
    private let lifeline: Int32

    private init() {
        // On the stage, /run is gone with it. Two processes run tests, and each has its own.
        folder = (Stage.isSet ? "/run" : "/tmp") + "/pam-checkpwd-postgresql.\(getpid())"
        let versions = try! FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql").sorted()
        psql = "/usr/lib/postgresql/\(versions.last!)/bin/psql"
        var ends: [Int32] = [0, 0]
        precondition(clibc_pipe(&ends) == 0)
        lifeline = ends[1]
        let null = open("/dev/null", O_RDWR | O_CLOEXEC)
        let words = [Stage.repository("Tests/Stage/postgresql"), folder, "\(port)"]
        let argv = words.map { strdup($0) } + [nil]
        defer { argv.forEach { free($0) } }
        var pid: pid_t = 0
        precondition(clibc_spawn(&pid, argv, clibc_environment(), [ends[0], null, null, null]) == 0)
        close(ends[0])
        close(null)
        var tries = 0
        while Program([psql, "-X", "-h", folder, "-p", "\(port)", "-U", "postgres", "-c", ""]).run().status != 0 {
            tries += 1
            precondition(tries < 600, "PostgreSQL did not start")
            usleep(50_000)
        }
    }

    /// The certificate that it shows, for `localhost`: its own root.
    public var certificate: String { folder + "/data/server.crt" }

    /// Runs statements as the server's superuser.
    ///
    /// - Returns: the rows, values separated by `|`.
    @discardableResult
    public func run(_ statements: String, in database: String = "postgres") -> String {
        let outcome = Program(
            [psql, "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-h", folder, "-p", "\(port)", "-U", "postgres"]
                + ["-d", database, "-c", statements]
        ).run()
        precondition(outcome.status == 0, "\(statements): \(outcome.errors)")
        return outcome.output.trimmingCharacters(in: .newlines)
    }

    /// The address of a database, through the Unix socket.
    public func address(of database: String, as user: String = "postgres", options: String = "") -> String {
        "postgresql://\(user)@/\(database)?host=\(folder)&port=\(port)\(options)"
    }
}
