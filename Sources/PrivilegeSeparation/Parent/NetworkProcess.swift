import CLibc
import CSeparation
import CheckpwdCore

/// The network process, just started, and what its parent needs to talk to it.
public struct NetworkChild: ~Copyable {
    let id: pid_t
    let socket: FileDescriptor
    /// Signals are read from here, since before it was started.
    let signals: FileDescriptor

    /// The descriptor of the message socket in the network process.
    public static let socketNumber: Int32 = 3

    /// Executes this program once more (never fork(2): what was set up before would be there twice), with the same
    /// descriptors 0 to 2 and the message socket as 3.
    ///
    /// - Parameters:
    ///   - arguments: its own, the program's name first.
    ///   - environment: `NAME=value`, each.
    public static func start(arguments: [[UInt8]], environment: [[UInt8]]) throws(Failure) -> NetworkChild {
        // Before it could end.
        let signals = cseparation_watch_signals()
        guard signals >= 0, let pair = MessageSocket.pair() else {
            throw .temporary(Cause(.noMessageSocket, errno: clibc_errno()))
        }
        var child: pid_t = 0
        let errno = withCStrings(arguments) { arguments in
            withCStrings(environment) { environment in
                clibc_spawn_file(&child, "/proc/self/exe", arguments, environment, [0, 1, 2, pair.network.number], 4)
            }
        }
        guard errno == 0 else {
            throw .temporary(
                Cause(
                    .cannotStartTheNetworkProcess, about: [UInt8]("/proc/self/exe"), errno: errno,
                    remedy: "is /proc mounted?"))
        }
        return NetworkChild(id: child, socket: pair.takeParent(), signals: FileDescriptor(owning: signals))
    }
}

/// How far the life of the network process is, as its parent sees it.
enum Phase: Equatable {
    typealias Instant = ContinuousClock.Instant

    case serving
    /// After SIGTERM: sessions are being finished.
    case draining(until: Instant)
    /// It has closed its end of the socket pair, or is not heard any more; it still has to be waited for.
    case leaving(until: Instant, isBad: Bool)
    /// What is left are programs that it had started.
    case ended(ExitStatus)

    /// What the program's exit status becomes.
    typealias ExitStatus = Int32

    /// Whether messages pass to and fro.
    var isTalking: Bool {
        switch self {
        case .serving, .draining: true
        case .leaving, .ended: false
        }
    }

    /// When the network process is killed.
    var deadline: Instant? {
        switch self {
        case .draining(let until), .leaving(let until, _): until
        case .serving, .ended: nil
        }
    }
}
