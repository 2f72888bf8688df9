/// How a challenge-response login is laid out on descriptor 3: those who patched qmail did not agree.
public enum FieldOrder: String, CaseIterable, Sendable {
    /// `login NUL challenge NUL digest NUL`, as netqmail's AUTH patch and its kin.
    case netqmail
    /// `login NUL digest NUL challenge NUL`.
    case sqmail
    /// `login NUL challenge NUL digest NUL byte NUL`, the byte naming the mechanism, for a password too.
    case indimail
}
