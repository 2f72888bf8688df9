import CLibc
import CheckpwdCore
import Glibc

/// An open descriptor of ours, closed when it is let go of. Never inherited, unless a spawn asks for it.
public struct FileDescriptor: ~Copyable, Sendable {
    public let number: Int32

    /// Takes a descriptor over.
    public init(owning number: Int32) {
        self.number = number
    }

    deinit { close(number) }

    /// Hands the descriptor on to somebody who closes it.
    public consuming func release() -> Int32 {
        let number = number
        discard self
        return number
    }

    /// `/dev/null` for reading and writing, or nil; then errno is set.
    public static func null() -> FileDescriptor? {
        let number = clibc_open("/dev/null", O_RDWR, 0)
        return number < 0 ? nil : FileDescriptor(owning: number)
    }

    /// The read end of a pipe that holds these bytes and nothing more, its write end closed already; or nil, and errno.
    ///
    /// - Parameter bytes: few enough to fit into any pipe: at most 4,096 (PIPE_BUF, pipe(7)). So writing neither blocks
    ///   nor stops half way, and since both ends are open while it happens, no SIGPIPE is possible.
    static func pipe(holding bytes: borrowing Secret) -> FileDescriptor? {
        var ends: [Int32] = [-1, -1]
        guard clibc_pipe(&ends) == 0 else { return nil }
        let input = FileDescriptor(owning: ends[0])
        let output = FileDescriptor(owning: ends[1])
        let written = bytes.withUnsafeBytes { write(output.number, $0.baseAddress!, $0.count) }
        guard written == bytes.count else { return nil }
        return input
    }

    /// The two ends of a pipe, of which the one that is read does not block; or nil, and errno.
    static func pipe() -> Pipe? {
        var ends: [Int32] = [-1, -1]
        guard clibc_pipe(&ends) == 0 else { return nil }
        let pipe = Pipe(reads: FileDescriptor(owning: ends[0]), writes: FileDescriptor(owning: ends[1]))
        guard fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0 else { return nil }
        return pipe
    }

    /// The two ends of a pipe.
    struct Pipe: ~Copyable {
        let reads: FileDescriptor
        let writes: FileDescriptor

        consuming func takeReads() -> FileDescriptor { reads }
    }

    /// All that can be read from it, from its beginning.
    ///
    /// - Throws: EFBIG where that is more than any file has that is read.
    func contents() throws(SystemError) -> [UInt8] {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65536)
        while bytes.count <= Self.longestFile {
            let count = pread(number, &piece, piece.count, off_t(bytes.count))
            guard count >= 0 else { throw SystemError(errno: clibc_errno()) }
            if count == 0 { return bytes }
            bytes += piece.prefix(count)
        }
        throw SystemError(errno: EFBIG)
    }

    /// No map of senders is longer.
    static let longestFile = 64 << 20
}
