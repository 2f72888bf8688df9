import CheckpwdCore
import SASL

/// A line of Dovecot's passwd-file: `login:{SCHEME}password:uid:gid:gecos:home:shell:extra`, of which login and password
/// count here.
///
/// A password without a scheme is a hash to Dovecot, unless it is told otherwise. A scheme may name an encoding,
/// `{PLAIN.b64}`. There are no escapes.
enum PasswdLine {
    static func read(_ line: UnsafeRawBufferPointer) throws(LineError) -> Line {
        guard let first = line.first, first != UInt8(ascii: "#"), !line.allSatisfy(isBlank) else { return .nothing }
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { throw LineError("no colon") }
        let login = LoginName([UInt8](line[..<colon]))
        let rest = line[(colon + 1)...]
        let password = rest[..<(rest.firstIndex(of: UInt8(ascii: ":")) ?? rest.endIndex)]
        return .entry(try Entry(login, try secret(in: password)))
    }

    private static func secret(in password: Slice<UnsafeRawBufferPointer>) throws(LineError) -> Secret {
        if password.isEmpty { throw LineError("empty secret") }
        guard let scheme = Scheme(at: password) else {
            throw LineError("no scheme, so it is a hash; a secret has {PLAIN}")
        }
        switch scheme.kind {
        case .clear: break
        case .hash(let name): throw LineError("a hash is not a secret", about: [UInt8](name))
        // Braces may as well be the beginning of a password, which is not to be printed.
        case .unknown: throw LineError("unknown scheme")
        }
        let bytes = UnsafeRawBufferPointer(rebasing: scheme.rest)
        guard let encoding = scheme.encoding else { return Secret(copying: bytes) }
        if Scheme.isAny(encoding, of: ["B64", "BASE64"]) {
            guard let secret = Base64.decode(bytes) else { throw LineError("no base64") }
            return secret
        }
        guard Scheme.isAny(encoding, of: ["HEX"]) else { throw LineError("unknown encoding") }
        return try secret(fromHex: bytes)
    }

    private static func secret(fromHex digits: UnsafeRawBufferPointer) throws(LineError) -> Secret {
        guard digits.count.isMultiple(of: 2), digits.allSatisfy({ Hex.value($0) != nil }) else {
            throw LineError("no hexadecimal")
        }
        return Secret(capacity: digits.count / 2) { bytes in
            for index in 0..<bytes.count {
                bytes[index] = Hex.value(digits[2 * index])! << 4 | Hex.value(digits[2 * index + 1])!
            }
            return bytes.count
        }
    }

    static func write(_ entry: Entry, to text: inout WipedText) throws(LineError) {
        let login = entry.login.bytes
        if login.contains(UInt8(ascii: ":")) { throw LineError("colon in login") }
        if login[0] == UInt8(ascii: "#") { throw LineError("login begins with #") }
        if login.allSatisfy(isBlank) { throw LineError("login of blanks") }
        text.append(login)
        entry.secret.withUnsafeBytes { secret in
            if secret.contains(UInt8(ascii: ":")) {
                text.append(":{PLAIN.b64}")
                text.append(base64: secret)
            } else {
                text.append(":{PLAIN}")
                text.append(secret)
            }
        }
        // Without these fields the file would serve as passdb only with warnings, and no userdb has anything to say.
        text.append("::::::")
    }
}
