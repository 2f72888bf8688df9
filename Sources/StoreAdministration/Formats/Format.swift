import CheckpwdCore
import SecretStore

/// A kind of file that holds secrets, one login a line.
public enum Format: String, CaseIterable, Sendable {
    /// `login:secret`, as in `users/smtpauth` and the password files of cmd5checkpw and its kin.
    case colon
    /// The same with the marks of s/qmail's `users/authuser`.
    case authuser
    /// pppd's `chap-secrets`.
    case chap
    /// Dovecot's passwd-file, with schemes that keep the password itself.
    case passwdFile = "passwd-file"
    /// JSON, one object a line: any login and secret, and when they were set.
    case jsonLines = "jsonl"

    /// Takes one line apart, in place.
    ///
    /// - Parameters:
    ///   - line: without its end.
    ///   - literal: whether a secret is taken that looks like a hash, a locked password or further columns.
    /// - Throws: why there is no entry in it.
    public func read(_ line: UnsafeRawBufferPointer, literal: Bool) throws(LineError) -> Line {
        switch self {
        case .colon: try ColonLine.read(line, marks: .none, literal: literal)
        case .authuser: try ColonLine.read(line, marks: .authuser, literal: literal)
        case .chap: try ChapLine.read(line, literal: literal)
        // A scheme says what a password is, whatever it looks like.
        case .passwdFile: try PasswdLine.read(line)
        case .jsonLines: try JSONLine.read(line, literal: literal)
        }
    }

    /// Adds an entry's line to `text`, with its end.
    ///
    /// - Throws: why this format has no line that would be read as this entry; `text` is as before then.
    public func write(_ entry: Entry, to text: inout WipedText) throws(LineError) {
        switch self {
        case .colon: try ColonLine.write(entry, marks: .none, to: &text)
        case .authuser: try ColonLine.write(entry, marks: .authuser, to: &text)
        case .chap: try ChapLine.write(entry, to: &text)
        case .passwdFile: try PasswdLine.write(entry, to: &text)
        case .jsonLines: try JSONLine.write(entry, to: &text)
        }
        text.append("\n")
    }
}

/// What is in a line.
public enum Line {
    case entry(Entry)
    /// A blank line or a comment.
    case nothing
    /// The entry goes on in the next line.
    case unfinished
}

/// A login and its secret, on their way between a file and the side store. An object, so that whatever
/// carries it is copyable: Swift 6.3's optimizer makes enums trap that are not, and have other payloads besides.
public final class Entry: Sendable {
    public let login: LoginName
    public let secret: Secret
    /// When the login first got a secret and when it got this one, in seconds since 1970; nil where the file does not say.
    public let times: Times?

    public struct Times: Equatable, Sendable {
        public let created, changed: UInt64

        public init(created: UInt64, changed: UInt64) {
            self.created = created
            self.changed = changed
        }
    }

    /// The longest secret, in bytes.
    public static let longestSecret = 1024

    /// - Throws: where login or secret is none that the store takes.
    public init(_ login: LoginName, _ secret: consuming Secret, _ times: Times? = nil) throws(LineError) {
        if login.isEmpty { throw LineError("empty login") }
        if login.bytes.count > SecretStore.longestLogin { throw LineError("login longer than 511 bytes") }
        if login.hasControlByte { throw LineError("control byte in login") }
        if secret.isEmpty { throw LineError("empty secret") }
        if secret.count > Entry.longestSecret { throw LineError("secret longer than 1024 bytes") }
        if secret.withUnsafeBytes({ $0.contains { $0 < 0x20 || $0 == 0x7F } }) {
            throw LineError("control byte in secret")
        }
        self.login = login
        self.secret = secret
        self.times = times
    }
}
