import CLibc

/// How long a wrong answer takes that only the side store judged. PAM delays a wrong password likewise (pam_fail_delay(3)).
struct FailDelay {
    /// In nanoseconds.
    private let length: UInt64

    /// - Parameter seconds: the mean; each delay is up to a quarter shorter or longer, so that it tells nothing of what was
    ///   done before.
    init(_ seconds: UInt64) {
        var random: UInt16 = 0
        // If there are no random bytes, the mean serves.
        if clibc_random(&random, 2) != 0 { random = .max / 2 }
        let mean = seconds * 1_000_000_000
        length = mean - mean / 4 + mean / 2 * UInt64(random) / UInt64(UInt16.max)
    }

    func wait() {
        var rest = timespec(tv_sec: time_t(length / 1_000_000_000), tv_nsec: Int(length % 1_000_000_000))
        var left = timespec()
        while nanosleep(&rest, &left) == -1, clibc_errno() == EINTR { rest = left }
    }
}
