/// From when to when a certificate is valid, in seconds since 1970; both moments belong to it (RFC 5280 section 4.1.2.5).
public struct Validity: Equatable, Sendable {
    public let notBefore: Int
    public let notAfter: Int

    public enum State: Equatable, Sendable {
        case valid, notYetValid, expired
    }

    public init(notBefore: Int, notAfter: Int) {
        self.notBefore = notBefore
        self.notAfter = notAfter
    }

    public func state(at now: Int) -> State {
        if now > notAfter { return .expired }
        return now < notBefore ? .notYetValid : .valid
    }

    /// How many whole days are left; less than 0 if it has expired.
    public func daysLeft(at now: Int) -> Int {
        let seconds = notAfter - now
        return seconds >= 0 ? seconds / 86400 : (seconds - 86399) / 86400
    }
}
