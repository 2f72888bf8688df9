import Checkpassword

/// What became known of a login on the way to its verdict, whichever that is.
public struct Course: Sendable {
    /// The mechanism that decided; nil if none did yet.
    public internal(set) var mechanism: Mechanisms?
    /// Whether a wrong guess took no time: PAM's modules, which delay theirs, were not asked.
    public internal(set) var owesDelay = false

    public init() {}
}
