import CLibc
import CheckpwdCore

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

    /// - Parameter literal: whether a secret may look like a hash or further columns; marks count nevertheless.
    static func read(_ line: UnsafeRawBufferPointer, marks: Marks, literal: Bool) throws(LineError) -> Line {
        guard let first = line.first, first != UInt8(ascii: "#"), !line.allSatisfy(isBlank) else { return .nothing }
        guard !isBlank(first) else { throw LineError("line begins with a blank") }
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { throw LineError("no colon") }
        let login = LoginName([UInt8](line[..<colon]))
        var secret = line[(colon + 1)...]
        switch marks {
        case .none:
            if !literal {
                try requireUnmarked(secret)
                try requireSecret(secret, of: login)
            }
        case .authuser:
            secret = secret.dropLast(while: isBlank)
            try requireOwn(secret, of: login)
            if secret.first == UInt8(ascii: "=") {
                secret = secret.dropFirst()
            } else if !literal {
                try requireSecret(secret, of: login)
            }
        }
        let bytes = UnsafeRawBufferPointer(rebasing: secret)
        return .entry(try Entry(login, Secret(copying: bytes)))
    }

    static func write(_ entry: Entry, marks: Marks, to text: inout WipedText) throws(LineError) {
        let login = entry.login.bytes
        if login.contains(UInt8(ascii: ":")) { throw LineError("colon in login") }
        if login[0] == UInt8(ascii: "#") { throw LineError("login begins with #") }
        if isBlank(login[0]) { throw LineError("login begins with a blank") }
        try entry.secret.withUnsafeBytes { (secret) throws(LineError) in
            switch marks {
            case .none:
                try requireUnmarked(secret[...])
                try requireSecret(secret[...], of: entry.login)
            case .authuser:
                if isBlank(secret[secret.count - 1]) { throw LineError("secret ends with a blank") }
                try requireLogin(entry.login)
            }
            text.append(login)
            // Where marks are read, `=` says that the rest is the secret, whatever it looks like.
            text.append(marks == .authuser ? ":=" : ":")
            text.append(secret)
        }
    }

    private static func requireUnmarked(_ secret: Slice<UnsafeRawBufferPointer>) throws(LineError) {
        guard let first = secret.first else { return }
        if "=%".utf8.contains(first) || (secret.count == 1 && "?!+&".utf8.contains(first)) {
            throw LineError("secret is marked as in users/authuser, which --format authuser reads")
        }
    }

    /// Refuses lines that are another program's, by the marks of `users/authuser`.
    private static func requireOwn(_ secret: Slice<UnsafeRawBufferPointer>, of login: LoginName) throws(LineError) {
        try requireLogin(login)
        if secret.count == 1, "?!+&=".utf8.contains(secret[secret.startIndex]) {
            throw LineError("the secret is another program's")
        }
        if secret.first == UInt8(ascii: "%") { throw LineError("a hash is not a secret") }
    }

    /// Refuses the password column of a file of hashes, alone or with the columns after it.
    private static func requireSecret(_ secret: Slice<UnsafeRawBufferPointer>, of login: LoginName) throws(LineError) {
        let column = secret.prefix { $0 != UInt8(ascii: ":") }
        if let look = Lookalike.of(secret) ?? (column.isEmpty ? nil : Lookalike.of(column)), look != .desHash || column.count == secret.count {
            throw LineError(look.reason)
        }
        if Columns(secret).followSecret || (login.bytes.contains(UInt8(ascii: "*")) && column.count < secret.count) {
            throw LineError("more columns than login and secret; --literal takes them for the secret's")
        }
    }

    private static func requireLogin(_ login: LoginName) throws(LineError) {
        if login.bytes == "*" || login.bytes.first == UInt8(ascii: "@") { throw LineError("not one login, but many") }
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
