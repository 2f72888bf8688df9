import CPlatform

/// What the system said where a call failed: an errno(3).
public struct SystemError: Error, Equatable, Sendable {
    public let errno: Int32

    public init(errno: Int32) {
        self.errno = errno
    }
}

extension Secret {
    /// A secret that is all that can be read from a descriptor, or its first bytes.
    ///
    /// The corresponding C function is `read`. A descriptor in non-blocking mode is waited for.
    ///
    /// - Parameter limit: the most bytes that are read. To tell 'just enough' from 'too much', ask for one more than allowed.
    public init(reading descriptor: Int32, atMost limit: Int) throws(SystemError) {
        try self.init(capacity: limit) { (buffer) throws(SystemError) in
            var count = 0
            while count < buffer.count {
                let got = read(descriptor, buffer.baseAddress! + count, buffer.count - count)
                if got == 0 { break }
                if got > 0 {
                    count += got
                    continue
                }
                switch cplatform_errno() {
                case EINTR: continue
                case EAGAIN:
                    var awaited = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                    poll(&awaited, 1, -1)
                case let errno: throw SystemError(errno: errno)
                }
            }
            return count
        }
    }
}
