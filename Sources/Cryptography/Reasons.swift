import CheckpwdCore

extension Reason {
    static var algorithmNotAvailable: Reason { Reason("algorithm-not-available", "algorithm not available") }
    static var challengeFromBeforeTheBoot: Reason { Reason("challenge-from-before-the-boot", "challenge from before the boot") }
    static var challengeOfTheFuture: Reason { Reason("challenge-of-the-future", "challenge of the future") }
    static var challengeTooOld: Reason { Reason("challenge-too-old", "challenge too old") }
    static var challengeWithoutATime: Reason { Reason("challenge-without-a-time", "challenge without a time") }
    static var libcryptoCannotBeLoaded: Reason { Reason("libcrypto-cannot-be-loaded", "libcrypto cannot be loaded") }
    static var libcryptoFailed: Reason { Reason("libcrypto-failed", "libcrypto failed") }
    static var noRandomBytes: Reason { Reason("no-random-bytes", "no random bytes") }
}
