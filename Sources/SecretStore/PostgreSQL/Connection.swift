import CDynamic
import CLibc
import CheckpwdCore

/// A connection to a database, closed when nobody holds it any more. No call of it waits beyond its deadline,
/// but for the first: libpq looks a host's name up before it returns, and only the resolver bounds that (resolv.conf(5)).
package final class Connection {
    private let library: Library
    private let handle: OpaquePointer
    package let name: [UInt8]
    private let timeoutPolicy: TimeoutPolicy
    private var connected: Deadline

    /// Connects.
    ///
    /// - Throws: `misused` for an address that gives a password away, or asks for a connection that is not verified;
    ///   `temporary` where the server cannot be reached, or does not answer in time.
    package init(to address: DatabaseAddress, _ timeoutPolicy: TimeoutPolicy) throws(Failure) {
        // Who runs us with rights that they lack could lead libpq elsewhere: by a service file, a home, a host's name.
        guard clibc_is_privileged() == 0 else {
            throw .misused(Cause(.databaseRefusedToYou, remedy: "setuid programs use a store in a file"))
        }
        library = try Library.load()
        name = address.name
        self.timeoutPolicy = timeoutPolicy
        connected = Deadline(seconds: TimeoutPolicy.connecting)
        try address.requireNoPassword(library)
        guard let handle = try Connection.start(address, timeoutPolicy, library) else {
            throw .temporary(Cause(.storeCannotBeReached, about: address.name, errno: ENOMEM))
        }
        // From here on, what throws closes it.
        self.handle = handle
        _ = library.pointee.setNoticeProcessor(handle, { (_, _) in }, nil)
        try establish()
    }

    deinit {
        library.pointee.finish(handle)
    }

    /// The corresponding C function is `PQconnectStartParams`. Later parameters go before earlier ones, and all of them before
    /// those of a service file, and those before the environment's.
    private static func start(
        _ address: DatabaseAddress, _ timeoutPolicy: TimeoutPolicy, _ library: Library
    ) throws(Failure) -> OpaquePointer? {
        // The default that a service file may still override, and be refused for: libpq's own is not to verify.
        let mode: StaticString = "PGSSLMODE"
        let isSet = EnvironmentVariable.value(mode) != nil
        if !isSet { try EnvironmentVariable.set(mode, [UInt8]("verify-full")) }
        defer { if !isSet { EnvironmentVariable.remove(mode) } }
        return address.bytes.withCString { address in
            let parameters: [(StaticString, UnsafePointer<CChar>)] = [
                ("fallback_application_name", ("pam-checkpwd" as StaticString).cString),
                ("options", timeoutPolicy.options.cString),
                // A server that is gone without a word is noticed while a statement runs, too.
                ("keepalives_idle", ("30" as StaticString).cString),
                ("keepalives_interval", ("10" as StaticString).cString),
                ("keepalives_count", ("3" as StaticString).cString),
                ("tcp_user_timeout", ("30000" as StaticString).cString),
                ("dbname", address),
                // What Kerberos encrypts would not be verified as TLS is.
                ("gssencmode", ("disable" as StaticString).cString),
            ]
            let keywords = parameters.map { Optional($0.0.cString) } + [nil]
            let values = parameters.map { Optional($0.1) } + [nil]
            return library.pointee.connectStartParams(keywords, values, 1)
        }
    }

    private func establish() throws(Failure) {
        let isLocal = try requireVerification()
        while true {
            guard library.pointee.status(handle) != CONNECTION_BAD else { throw unreachable }
            switch library.pointee.connectPoll(handle) {
            case PGRES_POLLING_READING: try wait(for: POLLIN, until: connected)
            case PGRES_POLLING_WRITING: try wait(for: POLLOUT, until: connected)
            case PGRES_POLLING_OK:
                guard isLocal || library.pointee.sslInUse(handle) != 0 else {
                    throw Connection.notVerified([UInt8]("no TLS"))
                }
                _ = library.pointee.setnonblocking(handle, 1)
                return
            default: throw unreachable
            }
        }
    }

    /// Before anything is sent that a false server could use.
    ///
    /// - Returns: whether the server is on this machine, behind a Unix socket.
    private func requireVerification() throws(Failure) -> Bool {
        guard let list = library.pointee.conninfo(handle) else { throw unreachable }
        defer { library.pointee.conninfoFree(list) }
        let settings = Settings(list)
        if let seconds = settings.connectTimeout { connected = Deadline(seconds: seconds) }
        if settings.areLocal { return true }
        let mode = settings["sslmode"] ?? []
        guard mode == "verify-full" else { throw Connection.notVerified([UInt8]("sslmode=") + mode) }
        return false
    }

    private static func notVerified(_ about: [UInt8]) -> Failure {
        .misused(
            Cause(
                .databaseWouldNotBeVerified, about: about,
                remedy: "with any sslmode but verify-full somebody in between can pose as the database"))
    }

    /// Until when the next answer must be there.
    private var deadline: Deadline {
        switch timeoutPolicy {
        case .login: connected
        case .administration: Deadline(seconds: 3600)
        }
    }

    /// Waits for the socket. The corresponding C function is `poll`.
    ///
    /// - Throws: `temporary` when the time is over.
    private func wait(for events: Int32, until deadline: Deadline) throws(Failure) {
        while true {
            var socket = pollfd(fd: library.pointee.socket(handle), events: Int16(events), revents: 0)
            let ready = poll(&socket, 1, deadline.left)
            if ready > 0 { return }
            guard ready < 0, clibc_errno() == EINTR else {
                throw .temporary(
                    Cause(.databaseDoesNotAnswer, about: name, remedy: "it, or the way to it, is stuck or overloaded"))
            }
        }
    }
}

extension Connection {
    /// Runs one statement, and waits until it is done.
    ///
    /// - Parameters:
    ///   - parameters: the values of `$1` and so on. They travel beside the statement, in binary: nothing in them is SQL.
    ///   - what: what is said where it fails.
    /// - Throws: `temporary` where it fails, or takes too long; the connection is of no use then.
    @discardableResult
    package func execute(
        _ statement: StaticString, _ parameters: [Parameter] = [], failing reason: Reason = .storeCannotBeRead
    ) throws(Failure) -> Rows {
        let deadline = deadline
        guard send(statement, parameters) == 1 else { throw broken(reason) }
        while library.pointee.flush(handle) > 0 {
            // The server may want to be read from before it reads on.
            try wait(for: POLLIN | POLLOUT, until: deadline)
            guard library.pointee.consumeInput(handle) == 1 else { throw broken(reason) }
        }
        guard let result = try nextResult(until: deadline, reason) else { throw broken(reason) }
        let rows = Rows(result, library)
        // The list of results ends in none; a lost connection is an error in it.
        while let another = try nextResult(until: deadline, reason) { library.pointee.clear(another) }
        guard rows.isWhole else { throw refused(rows, reason) }
        return rows
    }

    private func nextResult(until deadline: Deadline, _ reason: Reason) throws(Failure) -> OpaquePointer? {
        while library.pointee.isBusy(handle) == 1 {
            try wait(for: POLLIN, until: deadline)
            guard library.pointee.consumeInput(handle) == 1 else { throw broken(reason) }
        }
        return library.pointee.getResult(handle)
    }

    /// The corresponding C function is `PQsendQueryParams`.
    private func send(_ statement: StaticString, _ parameters: [Parameter]) -> Int32 {
        let types = parameters.map { $0.type }
        let encoded = parameters.map { $0.encoded }
        let lengths = encoded.map { Int32($0.count) }
        let formats = [Int32](repeating: 1, count: parameters.count)
        return encoded.reduce([], +).withUnsafeBytes { bytes in
            // An empty value is a pointer too: NULL would be SQL's.
            let start = bytes.baseAddress ?? UnsafeRawPointer(statement.utf8Start)
            var offset = 0
            let values = lengths.map { length -> UnsafePointer<CChar>? in
                defer { offset += Int(length) }
                return (start + offset).assumingMemoryBound(to: CChar.self)
            }
            return library.pointee.sendQueryParams(
                handle, statement.cString, Int32(parameters.count), types, values, lengths, formats, 1)
        }
    }
}

extension Connection {
    /// There is no connection.
    private var unreachable: Failure {
        .temporary(
            Cause(
                .storeCannotBeReached, about: name + [UInt8](": ") + words,
                remedy: "the database, the way to it or the login to it failed"))
    }

    /// The connection ended while it was used.
    private func broken(_ reason: Reason) -> Failure {
        .temporary(Cause(reason, about: name + [UInt8](": ") + words, remedy: "the connection to the database is lost"))
    }

    /// The server said no.
    private func refused(_ rows: Rows, _ reason: Reason) -> Failure {
        // libpq's PG_DIAG_SQLSTATE and PG_DIAG_MESSAGE_PRIMARY.
        let state = field(rows, UInt8(ascii: "C"))
        let words = Connection.line(field(rows, UInt8(ascii: "M")))
        guard !state.isEmpty else { return broken(reason) }
        return .temporary(
            Cause(reason, about: name + [UInt8](": ") + words, remedy: Connection.remedy(state)))
    }

    /// PostgreSQL's SQLSTATE to what an administrator can do ('PostgreSQL Error Codes', appendix A of its manual).
    private static func remedy(_ state: [UInt8]) -> StaticString {
        if state == "42P01" || state == "3F000" { return "checkpwdctl store init creates schema and tables" }
        if state == "42P07" { return "an existing store is never replaced" }
        if state == "42501" { return "grant the role what checkpwdctl(8) lists" }
        if state == "25006" { return "this is a read-only replica; name the primary, or add target_session_attrs=read-write" }
        if state == "57014" { return "the database is stuck or overloaded" }
        return "the database's log says more"
    }

    private func field(_ rows: Rows, _ field: UInt8) -> [UInt8] {
        library.pointee.resultErrorField(rows.result, Int32(field)).map { [UInt8](cString: $0) } ?? []
    }

    private var words: [UInt8] {
        Connection.line(library.pointee.errorMessage(handle).map { [UInt8](cString: $0) } ?? [])
    }

    /// libpq writes several lines, the server as much as it likes: one line, and not without end.
    private static func line(_ text: [UInt8]) -> [UInt8] {
        var line: [UInt8] = []
        for part in text.split(whereSeparator: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }) {
            if !line.isEmpty { line += "; " }
            line += part.drop { $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: " ") }
        }
        return line.count > 300 ? line.prefix(300) + [UInt8]("...") : line
    }
}

/// libpq, as far as we use it.
typealias Library = UnsafePointer<cdynamic_pq>

extension UnsafePointer<cdynamic_pq> {
    /// Loads it on first use.
    static func load() throws(Failure) -> Library {
        var problem: UnsafePointer<CChar>?
        guard let functions = cdynamic_load_pq(&problem) else {
            throw .temporary(
                Cause(
                    .libpqCannotBeLoaded, about: problem.map { [UInt8](cString: $0) } ?? [],
                    remedy: "install the package that has it (Debian: libpq5)"))
        }
        return functions
    }
}
