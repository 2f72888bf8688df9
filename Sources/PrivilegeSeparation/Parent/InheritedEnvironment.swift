import CLibc
import CheckpwdCore

/// What started programs inherit of the parent's environment: what the administrator set for them, and nothing that
/// says who root is, or who some other session's client is.
public struct InheritedEnvironment: Sendable {
    /// `NAME=value`, each.
    private let entries: [[UInt8]]

    /// Those of the session to come, never those of whoever started us: `RELAYCLIENT` opens a relay.
    private static let ofTheSession: [StaticString] = ["RELAYCLIENT=", "SMTPAUTHUSER=", "SMTPAUTHMETHOD=", "PROTO="]
    /// Who the client is (UCSPI). One session on standard input has it from tcpserver; a server's clients differ.
    private static let ofTheConnection: [StaticString] = ["TCPREMOTE", "TCPLOCAL"]
    /// Whose environment it was, and who supervises us.
    private static let ofTheStarter: [StaticString] = [
        "HOME=", "USER=", "LOGNAME=", "SHELL=", "MAIL=", "SUDO_", "SSH_", "XDG_", "DBUS_", "LISTEN_", "NOTIFY_SOCKET=",
        "WATCHDOG_",
    ]

    /// - Parameter isOneSession: whether the environment is that of the one client's connection.
    public init(_ all: [[UInt8]], isOneSession: Bool) {
        let left = Self.ofTheSession + Self.ofTheStarter + (isOneSession ? [] : Self.ofTheConnection)
        entries = all.filter { entry in !left.contains { entry.starts(with: [UInt8]($0)) } }
    }

    /// This process's environment, as it is now.
    public static var current: [[UInt8]] {
        var entries: [[UInt8]] = []
        var next = clibc_environment()
        while let entry = next?.pointee {
            entries.append([UInt8](cString: entry))
            next = next?.advanced(by: 1)
        }
        return entries
    }

    /// What the network process inherits of an environment: who the client is, how the C library and the Swift runtime
    /// library behave, and nothing that the administrator set for the auth command, such as a password of a database.
    public static func ofNetworkProcess(_ all: [[UInt8]]) -> [[UInt8]] {
        all.filter { entry in forTheNetwork.contains { entry.starts(with: [UInt8]($0)) } }
    }

    /// Names, and how names begin.
    private static let forTheNetwork: [StaticString] = [
        "TCPREMOTEIP=", "TCPREMOTEPORT=", "TCPLOCALIP=", "TCPLOCALPORT=", "TZ=", "LANG=", "LC_", "LD_", "GLIBC_TUNABLES=",
        "MALLOC_", "SWIFT_", "RES_OPTIONS=", "LOCALDOMAIN=", "ASAN_OPTIONS=",
    ]

    /// The entries for a program of a session: what the session says stands in place of what is inherited.
    func entries(with connection: ConnectionEnvironment) -> [[UInt8]] {
        let own = connection.entries + [[UInt8]("PROTO=TCP")]
        let names = own.map { $0.prefix { $0 != UInt8(ascii: "=") } + [UInt8(ascii: "=")] }
        return entries.filter { entry in !names.contains { entry.starts(with: $0) } } + own
    }
}
