import CDynamic
import CLibc
import CheckpwdCore

/// A connection to a database, closed when nobody holds it any more. No call of it waits beyond its deadline,
/// but for the first: libpq looks a host's name up before it returns, and only the resolver bounds that (resolv.conf(5)).
package final class Connection {
    let library: Library
    let handle: OpaquePointer
    package let name: [UInt8]
    private let patience: Patience
    private var connected: Deadline

    /// Connects.
    ///
    /// - Throws: `misused` for an address that gives a password away, or asks for a connection that is not verified;
    ///   `temporary` where the server cannot be reached, or does not answer in time.
    package init(to address: DatabaseAddress, _ patience: Patience) throws(Failure) {
        // Who runs us with rights that they lack could lead libpq elsewhere: by a service file, a home, a host's name.
        guard clibc_is_privileged() == 0 else {
            throw .misused(Cause(.databaseRefusedToYou, remedy: "setuid programs use a store in a file"))
        }
        library = try Library.load()
        name = address.name
        self.patience = patience
        connected = Deadline(seconds: Patience.connecting)
        try address.requireNoPassword(library)
        guard let handle = try Connection.start(address, patience, library) else {
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
        _ address: DatabaseAddress, _ patience: Patience, _ library: Library
    ) throws(Failure) -> OpaquePointer? {
        // The default that a service file may still override, and be refused for: libpq's own is not to verify.
        let mode: StaticString = "PGSSLMODE"
        let isSet = EnvironmentVariable.value(mode) != nil
        if !isSet { try EnvironmentVariable.set(mode, [UInt8]("verify-full")) }
        defer { if !isSet { EnvironmentVariable.remove(mode) } }
        return address.bytes.withCString { address in
            let parameters: [(StaticString, UnsafePointer<CChar>)] = [
                ("fallback_application_name", ("pam-checkpwd" as StaticString).cString),
                ("options", patience.options.cString),
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
    var deadline: Deadline {
        switch patience {
        case .login: connected
        case .administration: Deadline(seconds: 3600)
        }
    }

    /// Waits for the socket. The corresponding C function is `poll`.
    ///
    /// - Throws: `temporary` when the time is over.
    func wait(for events: Int32, until deadline: Deadline) throws(Failure) {
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
