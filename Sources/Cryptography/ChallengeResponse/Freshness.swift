import CheckpwdCore

/// How old a challenge may be.
public struct Freshness: Sendable {
    /// The greatest age, in seconds; 0 for any.
    private let age: UInt64
    /// Now, and when the machine was booted, in seconds since 1970.
    private let now: UInt64, boot: UInt64

    /// How long a challenge of any age is remembered, in seconds.
    static let ageless: UInt64 = 24 * 60 * 60
    /// How far ahead of ours the clock that stamped a challenge may be, in seconds.
    static let skew: UInt64 = 60

    public init(age: UInt64, now: UInt64, boot: UInt64) {
        self.age = age
        self.now = now
        self.boot = boot
    }

    /// - Returns: until when an answer to the challenge must be remembered, in seconds since 1970: beyond that it is too
    ///   old to be accepted again.
    /// - Throws: `rejected` where the challenge is stale, of the future, or from before the boot, which the memory of
    ///   answers does not survive.
    public func expiry(of challenge: UnsafeRawBufferPointer) throws(Failure) -> UInt64 {
        guard age > 0 else { return now + Freshness.ageless }
        guard let time = Freshness.time(of: challenge) else {
            throw .rejected(Cause(.challengeWithoutATime, remedy: "the mail server must send <random.time@host>"))
        }
        guard time <= now + Freshness.skew else { throw .rejected(Cause(.challengeOfTheFuture)) }
        guard time + age >= now else { throw .rejected(Cause(.challengeTooOld)) }
        guard time >= boot else { throw .rejected(Cause(.challengeFromBeforeTheBoot)) }
        return time + age
    }

    /// The decimal digits between the last dot and the last `@`.
    static func time(of challenge: UnsafeRawBufferPointer) -> UInt64? {
        guard let at = challenge.lastIndex(of: UInt8(ascii: "@")),
            let dot = challenge[..<at].lastIndex(of: UInt8(ascii: "."))
        else { return nil }
        let digits = challenge[(dot + 1)..<at]
        // Ten digits last until the year 2286, and cannot overflow.
        guard (1...10).contains(digits.count) else { return nil }
        var time: UInt64 = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            time = time * 10 + UInt64(digit - UInt8(ascii: "0"))
        }
        return time
    }
}
