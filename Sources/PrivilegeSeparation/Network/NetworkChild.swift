import CSeparation
import CLibc
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
