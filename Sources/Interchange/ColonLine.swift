import ByteStrings
import CPlatform
import Credentials

/// `login:secret`, the secret up to the end of the line, colons included.
///
/// Lines that begin with `#` are comments. A line that begins with a blank is refused, as qmail-chkpw forbids it. There are
/// no escapes: what a line cannot say cannot be written.
enum ColonLine {
    /// Whether a secret's first byte says what kind of secret it is.
    enum Marks {
        /// As in `users/smtpauth`: it does not, but a file for the wrong format must not be read as this one.
        case none
        /// As in s/qmail's `users/authuser` (qmail-authuser(8)): `=` a secret, `%` a hash, and one of `?!+&=` alone that
        /// another program knows it. Blanks at the end of a line do not count.
        case authuser
    }

    static func read(_ line: UnsafeRawBufferPointer, marks: Marks) throws(Refusal) -> Line {
        guard let first = line.first, first != UInt8(ascii: "#"), !line.allSatisfy(isBlank) else { return .nothing }
        guard !isBlank(first) else { throw Refusal("line begins with a blank") }
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { throw Refusal("no colon") }
        let login = Login([UInt8](line[..<colon]))
        var secret = line[(colon + 1)...]
        switch marks {
        case .none:
            try requireUnmarked(secret)
        case .authuser:
            secret = secret.dropLast(while: isBlank)
            try requireSecret(secret, of: login)
            if secret.first == UInt8(ascii: "=") { secret = secret.dropFirst() }
        }
        let bytes = UnsafeRawBufferPointer(rebasing: secret)
        return .entry(try Entry(login, Secret(copying: bytes)))
    }

    static func write(_ entry: Entry, marks: Marks, to text: inout WipedText) throws(Refusal) {
        let login = entry.login.bytes
        if login.contains(UInt8(ascii: ":")) { throw Refusal("colon in login") }
        if login[0] == UInt8(ascii: "#") { throw Refusal("login begins with #") }
        if isBlank(login[0]) { throw Refusal("login begins with a blank") }
        try entry.secret.withUnsafeBytes { (secret) throws(Refusal) in
            switch marks {
            case .none: try requireUnmarked(secret[...])
            case .authuser:
                if isBlank(secret[secret.count - 1]) { throw Refusal("secret ends with a blank") }
                try requireLogin(entry.login)
            }
            text.append(login)
            // Where marks are read, `=` says that the rest is the secret, whatever it looks like.
            text.append(marks == .authuser ? ":=" : ":")
            text.append(secret)
        }
    }

    /// Refuses what in these files is a hash or, in one of the other kind, no secret.
    private static func requireUnmarked(_ secret: Slice<UnsafeRawBufferPointer>) throws(Refusal) {
        guard let first = secret.first else { return }
        if isCrypt(secret) { throw Refusal("a hash is not a secret") }
        if "=%".utf8.contains(first) || (secret.count == 1 && "?!+&".utf8.contains(first)) {
            throw Refusal("secret is marked as in users/authuser, which --format authuser reads")
        }
    }

    private static func requireSecret(_ secret: Slice<UnsafeRawBufferPointer>, of login: Login) throws(Refusal) {
        try requireLogin(login)
        guard let first = secret.first else { return }
        if secret.count == 1, "?!+&=".utf8.contains(first) { throw Refusal("the secret is another program's") }
        if first == UInt8(ascii: "%") || isCrypt(secret) { throw Refusal("a hash is not a secret") }
    }

    private static func requireLogin(_ login: Login) throws(Refusal) {
        if login.bytes == "*" || login.bytes.first == UInt8(ascii: "@") { throw Refusal("not one login, but many") }
    }

    /// Whether this is a hash of crypt(5): `$id$…`.
    private static func isCrypt(_ secret: Slice<UnsafeRawBufferPointer>) -> Bool {
        guard secret.first == UInt8(ascii: "$"), let second = secret.dropFirst().firstIndex(of: UInt8(ascii: "$"))
        else {
            return false
        }
        // A secret may have two dollars in it; a hash is longer, and all of it is of crypt(5)'s alphabet.
        return second > secret.startIndex + 1 && secret.endIndex - second > 20
            && secret.allSatisfy { $0 > 0x20 && $0 < 0x7F && !":;*!\\".utf8.contains($0) }
    }
}

func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }

extension Slice where Base == UnsafeRawBufferPointer {
    func dropLast(while isDropped: (UInt8) -> Bool) -> Self {
        var rest = self
        while let last = rest.last, isDropped(last) { rest.removeLast() }
        return rest
    }
}
