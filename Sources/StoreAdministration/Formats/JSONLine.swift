import CheckpwdCore
import SASL

/// A JSON object on a line (RFC 8259):
///
///     {"login":"alice","secret":"pass","created":"2026-11-23T12:35:00Z","changed":"2026-11-23T12:35:00Z"}
///
/// JSON's strings are Unicode, logins and secrets are bytes: what is not UTF-8 stands in
/// base64 under `login_base64` or `secret_base64` instead. Nothing else may be in the object, and nothing twice.
///
/// A secret in base64 is taken whatever it looks like: so a secret that looks like a hash is written and read again.
enum JSONLine {
    private enum Key: UInt8, CaseIterable {
        case login, loginBase64, secret, secretBase64, created, changed

        var name: StaticString {
            switch self {
            case .login: "login"
            case .loginBase64: "login_base64"
            case .secret: "secret"
            case .secretBase64: "secret_base64"
            case .created: "created"
            case .changed: "changed"
            }
        }
    }

    /// - Parameter literal: whether a secret that is not in base64 may look like a hash, too.
    static func read(_ line: UnsafeRawBufferPointer, literal: Bool) throws(LineError) -> Line {
        var text = JSONText(line)
        text.skipBlanks()
        if text.isAtEnd { return .nothing }
        var seen: UInt8 = 0
        var login: [UInt8]?
        var secret: Secret?
        var created: UInt64?
        var changed: UInt64?
        try text.take("{")
        repeat {
            let key = try key(of: &text)
            let bit = UInt8(1) << key.rawValue
            if seen & bit != 0 { throw LineError("key twice", about: [UInt8](key.name)) }
            seen |= bit
            try text.take(":")
            switch key {
            case .login: login = bytes(of: try text.string())
            case .loginBase64: login = bytes(of: try base64(in: &text))
            case .secret:
                let string = try text.string()
                if !literal, let look = look(of: string) { throw LineError(look.reason) }
                secret = consume string
            case .secretBase64: secret = try base64(in: &text)
            case .created: created = try time(in: &text)
            case .changed: changed = try time(in: &text)
            }
        } while try text.continues()
        text.skipBlanks()
        guard text.isAtEnd else { throw LineError("something after the object") }
        if seen & 3 == 3 { throw LineError("login and login_base64") }
        if seen >> 2 & 3 == 3 { throw LineError("secret and secret_base64") }
        guard let login else { throw LineError("no login") }
        guard let secret else { throw LineError("no secret") }
        if created == nil, changed == nil { return .entry(try Entry(LoginName(login), secret)) }
        guard let created, let changed, created <= changed else { throw LineError("created and changed do not fit") }
        return .entry(try Entry(LoginName(login), secret, Entry.Times(created: created, changed: changed)))
    }

    private static func key(of text: inout JSONText) throws(LineError) -> Key {
        let name = bytes(of: try text.string())
        guard let key = Key.allCases.first(where: { name == $0.name }) else {
            throw LineError("unknown key", about: name)
        }
        return key
    }

    private static func base64(in text: inout JSONText) throws(LineError) -> Secret {
        guard let decoded = Base64.decode(try text.string()) else { throw LineError("no base64") }
        return decoded
    }

    private static func time(in text: inout JSONText) throws(LineError) -> UInt64 {
        guard let seconds = try text.string().withUnsafeBytes({ UTCTime.seconds($0) }) else {
            throw LineError("no time like 2026-11-23T12:35:00Z")
        }
        return seconds
    }

    /// DES hashes do not count: most secrets of 13 characters are not hashes, and every secret has a line in this format.
    private static func look(of secret: borrowing Secret) -> Lookalike? {
        secret.withUnsafeBytes { look(of: $0) }
    }

    private static func look(of secret: UnsafeRawBufferPointer) -> Lookalike? {
        let look = Lookalike.of(secret)
        return look == .desHash ? nil : look
    }

    private static func bytes(of secret: borrowing Secret) -> [UInt8] {
        secret.withUnsafeBytes { [UInt8]($0) }
    }

    static func write(_ entry: Entry, to text: inout WipedText) throws(LineError) {
        if let times = entry.times, max(times.created, times.changed) >= UTCTime.end {
            throw LineError("time after the year 9999")
        }
        text.append("{")
        entry.login.bytes.withUnsafeBytes { write($0, "login", inBase64: false, to: &text) }
        text.append(",")
        entry.secret.withUnsafeBytes { write($0, "secret", inBase64: look(of: $0) != nil, to: &text) }
        if let times = entry.times {
            for (key, time) in [(",\"created\":\"", times.created), (",\"changed\":\"", times.changed)]
                as [(StaticString, UInt64)]
            {
                text.append(key)
                text.append(UTCTime.text(time))
                text.append("\"")
            }
        }
        text.append("}")
    }

    private static func write(
        _ bytes: UnsafeRawBufferPointer, _ key: StaticString, inBase64: Bool, to text: inout WipedText
    ) {
        text.append("\"")
        text.append(key)
        if !inBase64, UTF8Text.isValid(bytes) {
            text.append("\":\"")
            for byte in bytes { text.append(jsonEscaped: byte) }
        } else {
            text.append("_base64\":\"")
            text.append(base64: bytes)
        }
        text.append("\"")
    }
}

extension Base64 {
    fileprivate static func decode(_ text: borrowing Secret) -> Secret? {
        text.withUnsafeBytes { decode($0) }
    }
}

extension WipedText {
    /// Appends a byte of a JSON string. What would be needed for control bytes is left out: no login, no secret has one.
    fileprivate mutating func append(jsonEscaped byte: UInt8) {
        if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { append("\\") }
        append(byte)
    }
}
