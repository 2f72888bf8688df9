import CPlatform
import Credentials

/// An open descriptor of ours, closed when it is let go of. Never inherited, unless the spawn asks for it.
struct FileDescriptor: ~Copyable {
    let number: Int32

    private init(_ number: Int32) {
        self.number = number
    }

    deinit { close(number) }

    /// `/dev/null` for reading and writing, or nil; then errno is set.
    static func null() -> FileDescriptor? {
        let number = cplatform_open("/dev/null", O_RDWR, 0)
        return number < 0 ? nil : FileDescriptor(number)
    }

    /// The read end of a pipe that holds these bytes and nothing more, its write end closed already; or nil, and errno.
    ///
    /// - Parameter bytes: few enough to fit into any pipe: at most 4,096 (PIPE_BUF, pipe(7)). So writing neither blocks
    ///   nor stops half way, and since both ends are open while it happens, no SIGPIPE is possible.
    static func pipe(holding bytes: borrowing Secret) -> FileDescriptor? {
        var ends: [Int32] = [-1, -1]
        guard cplatform_pipe(&ends) == 0 else { return nil }
        let input = FileDescriptor(ends[0])
        let output = FileDescriptor(ends[1])
        let written = bytes.withUnsafeBytes { write(output.number, $0.baseAddress!, $0.count) }
        guard written == bytes.count else { return nil }
        return input
    }
}
