import CLibc

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
    /// - Parameters:
    ///   - limit: the most bytes that are read. To tell 'just enough' from 'too much', ask for one more than allowed.
    ///   - seconds: how long all of it may take; nil for any time.
    /// - Throws: what the system said; ETIMEDOUT if the time is over.
    public init(reading descriptor: Int32, atMost limit: Int, within seconds: Int? = nil) throws(SystemError) {
        let deadline = seconds.map { Secret.milliseconds() + $0 * 1000 }
        try self.init(capacity: limit) { (buffer) throws(SystemError) in
            var count = 0
            while count < buffer.count {
                if let deadline { try Secret.await(descriptor, until: deadline) }
                let got = read(descriptor, buffer.baseAddress! + count, buffer.count - count)
                if got == 0 { break }
                if got > 0 {
                    count += got
                    continue
                }
                switch clibc_errno() {
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

    /// Waits until a read would return.
    private static func await(_ descriptor: Int32, until deadline: Int) throws(SystemError) {
        while true {
            let left = deadline - milliseconds()
            guard left > 0 else { throw SystemError(errno: ETIMEDOUT) }
            var awaited = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let ready = poll(&awaited, 1, Int32(clamping: left))
            if ready > 0 { return }
            if ready < 0, clibc_errno() != EINTR { throw SystemError(errno: clibc_errno()) }
        }
    }

    /// Since some moment in the past; no change of the clock has a part in it.
    private static func milliseconds() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int(time.tv_sec) * 1000 + Int(time.tv_nsec) / 1_000_000
    }
}
