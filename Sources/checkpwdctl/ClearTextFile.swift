import CLibc
import CheckpwdCore

/// Where secrets are written in the clear: a new file that only its owner can read, or standard output. A file that is not
/// finished is removed.
struct ClearTextFile: ~Copyable {
    private let descriptor: Int32
    private let path: [UInt8]?
    private var isFinished = false

    /// - Parameter path: nil for standard output.
    /// - Throws: `misused` where there is a file already; `temporary` where it cannot be made.
    init(_ path: [UInt8]?) throws(Failure) {
        self.path = path
        guard let path else {
            descriptor = 1
            return
        }
        descriptor = path.withCString { clibc_open($0, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600) }
        guard descriptor >= 0 else {
            let cause = Cause(
                .fileCannotBeCreated, about: path, errno: clibc_errno(),
                remedy: "an existing file is never replaced")
            throw clibc_errno() == EEXIST ? .misused(cause) : .temporary(cause)
        }
    }

    deinit {
        guard let path, descriptor >= 0 else { return }
        close(descriptor)
        if isFinished { return }
        _ = path.withCString { unlink($0) }
    }

    /// Writes all of the text, and wipes it.
    borrowing func write(_ text: inout WipedText) throws(Failure) {
        let errno = text.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let part = UnsafeRawBufferPointer(rebasing: rest)
                let count = CLibc.write(descriptor, part.baseAddress, part.count)
                if count < 0, clibc_errno() != EINTR { return clibc_errno() }
                rest = rest.dropFirst(max(count, 0))
            }
            return 0
        }
        text.clear()
        guard errno == 0 else { throw failure(errno) }
    }

    /// Makes it durable. Until then it may vanish.
    mutating func finish() throws(Failure) {
        guard path == nil || fsync(descriptor) == 0 else { throw failure(clibc_errno()) }
        isFinished = true
    }

    private borrowing func failure(_ errno: Int32) -> Failure {
        .temporary(Cause(.clearTextCannotBeWritten, about: path ?? [UInt8]("standard output"), errno: errno))
    }
}
