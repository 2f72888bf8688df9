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
                text.append(UTCTime.text(Int(time)))
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

/// What of JSON's grammar (RFC 8259) an object of strings needs, read in place and to the letter.
private struct JSONText {
    private let text: UnsafeRawBufferPointer
    private var place = 0

    init(_ text: UnsafeRawBufferPointer) {
        self.text = text
    }

    var isAtEnd: Bool { place == text.count }

    /// Section 2: blank, tab, line feed, carriage return.
    mutating func skipBlanks() {
        while place < text.count, " \t\n\r".utf8.contains(text[place]) { place += 1 }
    }

    mutating func take(_ expected: Unicode.Scalar) throws(LineError) {
        skipBlanks()
        guard place < text.count, text[place] == UInt8(ascii: expected) else { throw LineError("no JSON object") }
        place += 1
    }

    /// After a member: whether another follows. Takes the comma, or the brace that ends the object.
    mutating func continues() throws(LineError) -> Bool {
        skipBlanks()
        guard place < text.count, text[place] == UInt8(ascii: ",") else {
            try take("}")
            return false
        }
        place += 1
        return true
    }

    /// A string (section 7), in UTF-8.
    mutating func string() throws(LineError) -> Secret {
        try take("\"")
        let start = place
        while place < text.count, text[place] != UInt8(ascii: "\"") {
            if text[place] < 0x20 { throw LineError("control byte in a string") }
            place += text[place] == UInt8(ascii: "\\") ? 2 : 1
        }
        guard place < text.count else { throw LineError("a string does not end") }
        let inner = UnsafeRawBufferPointer(rebasing: text[start..<place])
        place += 1
        guard UTF8Text.isValid(inner) else { throw LineError("a string is not UTF-8") }
        return try Secret(capacity: inner.count) { (buffer) throws(LineError) in
            try JSONText.unescape(inner, into: buffer)
        }
    }

    private static func unescape(
        _ text: UnsafeRawBufferPointer, into buffer: UnsafeMutableRawBufferPointer
    ) throws(LineError) -> Int {
        var place = 0
        var count = 0
        while place < text.count {
            let byte = text[place]
            place += 1
            guard byte == UInt8(ascii: "\\") else {
                buffer[count] = byte
                count += 1
                continue
            }
            // There is a byte after each backslash, or the string would not have ended.
            let kind = text[place]
            place += 1
            if kind == UInt8(ascii: "u") {
                let scalar = try scalar(in: text, at: &place)
                count = UTF8Text.write(scalar, into: buffer, at: count)
            } else {
                guard let meant = meaning(of: kind) else { throw LineError("unknown escape in a string") }
                buffer[count] = meant
                count += 1
            }
        }
        return count
    }

    private static func meaning(of escape: UInt8) -> UInt8? {
        switch escape {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): escape
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "r"): 0x0D
        case UInt8(ascii: "t"): 0x09
        default: nil
        }
    }

    /// The scalar of `\uXXXX`, or of two that are a surrogate pair; half a pair is none.
    private static func scalar(in text: UnsafeRawBufferPointer, at place: inout Int) throws(LineError) -> UInt32 {
        let first = try hex(in: text, at: &place)
        guard (0xD800..<0xE000).contains(first) else { return first }
        if first < 0xDC00, place + 1 < text.count, text[place] == UInt8(ascii: "\\"),
            text[place + 1] == UInt8(ascii: "u")
        {
            place += 2
            let second = try hex(in: text, at: &place)
            if (0xDC00..<0xE000).contains(second) { return 0x10000 + (first & 0x3FF) << 10 + (second & 0x3FF) }
        }
        throw LineError("half a surrogate pair in a string")
    }

    private static func hex(in text: UnsafeRawBufferPointer, at place: inout Int) throws(LineError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard place < text.count, let digit = Hex.value(text[place]) else {
                throw LineError("unknown escape in a string")
            }
            value = value << 4 | UInt32(digit)
            place += 1
        }
        return value
    }
}
