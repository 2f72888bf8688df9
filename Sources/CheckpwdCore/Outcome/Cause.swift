import CLibc

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
