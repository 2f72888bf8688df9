import ByteStrings
import CPlatform
import Verdicts

/// The client on standard input and output, as inetd, tcpserver and systemd start a server for one session.
public enum OneClient {
    /// - Throws: `misused` where standard input or output cannot be waited for: a regular file, say.
    public static func check() throws(Failure) {
        for (descriptor, name) in [(Int32(0), "standard input" as StaticString), (1, "standard output")] {
            guard isWaitable(descriptor) else {
                throw .misused(
                    Cause(
                        "no session possible", about: [UInt8](name),
                        remedy: "it must be a socket, a pipe or a terminal; or use --listen"))
            }
        }
    }

    /// Where standard error is the client, too, as under inetd, nobody writes to it any more: it becomes `/dev/null`.
    public static func keepFromMessages() {
        let error = File(of: 2)
        guard error != nil, File(of: 0) == error || File(of: 1) == error else { return }
        occupy(2)
    }

    /// The client is somebody else's: it sees its connection closed when that one closes it.
    public static func letGo() {
        occupy(0)
        occupy(1)
    }

    private static func occupy(_ descriptor: Int32) {
        guard let null = FileDescriptor.null() else { return }
        dup2(null.number, descriptor)
    }

    /// What can be waited for with epoll(7): a regular file, or `/dev/null`, cannot.
    static func isWaitable(_ descriptor: Int32) -> Bool {
        let mode = File(of: descriptor)?.mode ?? 0
        return mode == mode_t(S_IFSOCK) || mode == mode_t(S_IFIFO) || isatty(descriptor) == 1
    }

    /// Which file, socket or terminal a descriptor is (fstat(2)).
    private struct File: Equatable {
        let device: dev_t
        let inode: ino_t
        let mode: mode_t

        init?(of descriptor: Int32) {
            var status = stat()
            guard fstat(descriptor, &status) == 0 else { return nil }
            device = status.st_dev
            inode = status.st_ino
            mode = status.st_mode & mode_t(S_IFMT)
        }
    }
}
