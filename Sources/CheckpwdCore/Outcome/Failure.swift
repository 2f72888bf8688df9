import CLibc

/// A login that was not accepted. The case says what the caller may conclude, the cause what a person can do.
public enum Failure: Error, Sendable {
    /// The login is unknown here, the credentials are wrong here, or the mechanism is not ours. In a chain of modules, the
    /// next may know better.
    case declined(Cause)
    /// The login is not acceptable, whatever another module would say.
    case rejected(Cause)
    /// The caller made a mistake: arguments, or the contents of descriptor 3.
    case misused(Cause)
    /// Nobody could say whether the credentials are right.
    case temporary(Cause)

    public var cause: Cause {
        switch self {
        case .declined(let cause), .rejected(let cause), .misused(let cause), .temporary(let cause): cause
        }
    }

    /// The word for it in the log.
    public var verdict: StaticString {
        switch self {
        case .declined, .rejected: "rejected"
        case .misused: "misused"
        case .temporary: "temporary"
        }
    }
}

/// What failed, on what, and what the reader can do. Never holds a secret.
public struct Cause: Sendable {
    public let reason: Reason
    /// The path, option or PAM code that it happened to; may be empty.
    public let about: [UInt8]
    /// The errno(3) that the system gave, or 0.
    public let errno: Int32
    /// What the reader can do; may be empty.
    public let remedy: StaticString

    public init(_ reason: Reason, about: [UInt8] = [], errno: Int32 = 0, remedy: StaticString = "") {
        self.reason = reason
        self.about = about
        self.errno = errno
        self.remedy = remedy
    }

    /// `words: about: system error; remedy`, on one line.
    public var sentence: [UInt8] {
        var text = [UInt8](reason.words)
        if !about.isEmpty {
            text += ": "
            text.appendReadable(about)
        }
        if errno != 0 {
            text += ": "
            text += Cause.words(errno)
        }
        if remedy.utf8CodeUnitCount > 0 {
            text += "; "
            text += remedy
        }
        return text
    }

    /// The system's words for an errno(3), or its number where it has none.
    public static func words(_ errno: Int32) -> [UInt8] {
        clibc_error_words(errno).map { [UInt8](cString: $0) } ?? [UInt8]("errno ") + [UInt8](decimal: errno)
    }
}

/// Why something failed: a code for programs, which never changes, and words for people, which may.
///
/// Each module has a table of its own, in `Reasons.swift`.
public struct Reason: Sendable {
    /// Lower case, with hyphens between words: the log's `reason`.
    public let code: StaticString
    /// A few words, the same each time: the beginning of a message.
    public let words: StaticString

    public init(_ code: StaticString, _ words: StaticString) {
        self.code = code
        self.words = words
    }
}
