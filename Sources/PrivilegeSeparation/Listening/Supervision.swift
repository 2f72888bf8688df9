import CLibc
import CSeparation
import CheckpwdCore

/// What a supervisor of sd_notify(3)'s kind is told. Nobody is told where nobody asked.
public struct Supervision: Sendable {
    private let path: [UInt8]?

    /// - Parameter path: the value of $NOTIFY_SOCKET.
    public init(_ path: [UInt8]?) {
        self.path = path
    }

    func ready() { tell([UInt8]("READY=1")) }

    func stopping() { tell([UInt8]("STOPPING=1")) }

    func reloading() {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        // Type=notify-reload takes no RELOADING=1 without it.
        tell([UInt8]("RELOADING=1\nMONOTONIC_USEC=") + [UInt8](decimal: now.tv_sec * 1_000_000 + now.tv_nsec / 1000))
    }

    private func tell(_ text: [UInt8]) {
        path?.withCString { path in text.withCString { cseparation_notify(path, $0) } }
    }
}

/// Sockets that systemd's kind of supervisor listened on before we were started (sd_listen_fds(3)).
public enum Activation {
    private static let first: Int32 = 3

    /// Takes them over, and unsets what announced them: it is not for our children.
    ///
    /// One of the name `metrics` (`FileDescriptorName=`) is for scrapers, all others are for mail.
    ///
    /// - Parameter take: called with each socket.
    /// - Throws: `misused` where one is no listening socket, or the numbers are not what they should be.
    public static func takeSockets(_ take: (consuming ListeningSocket) -> Void) throws(Failure) {
        let (count, process, names) = (value("LISTEN_FDS"), value("LISTEN_PID"), value("LISTEN_FDNAMES"))
        for name in ["LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES"] { unsetenv(name) }
        // Those of another process: ours inherited them by accident.
        guard let count, process == [UInt8](decimal: getpid()) else { return }
        guard let number = number(count), (1...64).contains(number) else { throw bad("LISTEN_FDS", count) }
        let named = names.map { $0.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false) }
        if let named, named.count != number { throw bad("LISTEN_FDNAMES", names ?? []) }
        for index in 0..<number {
            let descriptor = FileDescriptor(owning: first + Int32(index))
            guard cseparation_is_listening(descriptor.number) == 1, cseparation_keep(descriptor.number) == 0 else {
                throw .misused(
                    Cause(
                        .notAListeningSocket, about: [UInt8]("descriptor ") + [UInt8](decimal: descriptor.number),
                        remedy: "a unit with Accept=yes needs StandardInput=socket"))
            }
            let isMetrics = named.map { Array($0[index]) == "metrics" } ?? false
            take(ListeningSocket(descriptor, isMetrics ? .metrics : .mail))
        }
    }

    private static func value(_ name: String) -> [UInt8]? {
        getenv(name).map { [UInt8](cString: $0) }
    }

    private static func number(_ digits: [UInt8]) -> Int? {
        guard (1...4).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    private static func bad(_ name: StaticString, _ value: [UInt8]) -> Failure {
        .misused(Cause(.badEnvironment, about: [UInt8](name) + [UInt8]("=") + value))
    }
}
