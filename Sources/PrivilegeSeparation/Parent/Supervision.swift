import CSeparation
import CLibc
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
