import CLibc
import CheckpwdCore

/// The client on standard input and output, as inetd, tcpserver and systemd start a server for one session.
public enum OneClient {
    /// - Throws: `misused` where standard input or output cannot be waited for: a regular file, say.
    public static func check() throws(Failure) {
        for (descriptor, name) in [(Int32(0), "standard input" as StaticString), (1, "standard output")] {
            guard isWaitable(descriptor) else {
                throw .misused(
                    Cause(
                        .noSessionPossible, about: [UInt8](name),
                        remedy: "it must be a socket, a pipe or a terminal; or use --listen"))
            }
        }
    }

    /// If standard error may be the client, too, as under inetd, it becomes `/dev/null`: see `clibc_error_may_be_client`.
    public static func keepFromMessages() {
        if clibc_error_may_be_client() != 0 { occupy(2) }
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
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return false }
        let mode = status.st_mode & mode_t(S_IFMT)
        return mode == mode_t(S_IFSOCK) || mode == mode_t(S_IFIFO) || isatty(descriptor) == 1
    }
}
