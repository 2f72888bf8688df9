import ByteStrings
import Credentials
import SASL

/// A line of Dovecot's passwd-file: `login:{SCHEME}password:uid:gid:gecos:home:shell:extra`, of which login and password
/// count here.
///
/// A password without a scheme is a hash to Dovecot, unless it is told otherwise. A scheme may name an encoding,
/// `{PLAIN.b64}`. There are no escapes.
enum PasswdLine {
    static func read(_ line: UnsafeRawBufferPointer) throws(Refusal) -> Line {
        guard let first = line.first, first != UInt8(ascii: "#"), !line.allSatisfy(isBlank) else { return .nothing }
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { throw Refusal("no colon") }
        let login = Login([UInt8](line[..<colon]))
        let rest = line[(colon + 1)...]
        let password = rest[..<(rest.firstIndex(of: UInt8(ascii: ":")) ?? rest.endIndex)]
        return .entry(try Entry(login, try secret(in: password)))
    }

    private static func secret(in password: Slice<UnsafeRawBufferPointer>) throws(Refusal) -> Secret {
        if password.isEmpty { throw Refusal("empty secret") }
        guard password.first == UInt8(ascii: "{"), let brace = password.firstIndex(of: UInt8(ascii: "}")) else {
            throw Refusal("no scheme, so it is a hash; a secret has {PLAIN}")
        }
        let name = password[(password.startIndex + 1)..<brace]
        let bytes = UnsafeRawBufferPointer(rebasing: password[(brace + 1)...])
        let parts = name.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        guard isAny(parts[0], of: ["PLAIN", "CLEAR", "CLEARTEXT"]) else {
            // Braces may as well be the beginning of a password, which is not to be printed.
            guard let scheme = hashes.first(where: { isAny(parts[0], of: [$0]) }) else { throw Refusal("unknown scheme") }
            throw Refusal("a hash is not a secret", about: [UInt8](scheme))
        }
        guard parts.count == 2 else { return Secret(copying: bytes) }
        if isAny(parts[1], of: ["B64", "BASE64"]) {
            guard let secret = Base64.decode(bytes) else { throw Refusal("no base64") }
            return secret
        }
        guard isAny(parts[1], of: ["HEX"]) else { throw Refusal("unknown encoding") }
        return try secret(fromHex: bytes)
    }

    private static func secret(fromHex digits: UnsafeRawBufferPointer) throws(Refusal) -> Secret {
        guard digits.count.isMultiple(of: 2), digits.allSatisfy({ Hex.value($0) != nil }) else {
            throw Refusal("no hexadecimal")
        }
        return Secret(capacity: digits.count / 2) { bytes in
            for index in 0..<bytes.count {
                bytes[index] = Hex.value(digits[2 * index])! << 4 | Hex.value(digits[2 * index + 1])!
            }
            return bytes.count
        }
    }

    /// What Dovecot calls the hashes that it knows.
    private static let hashes: [StaticString] = [
        "CRYPT", "DES-CRYPT", "MD5-CRYPT", "BLF-CRYPT", "SHA256-CRYPT", "SHA512-CRYPT", "MD5", "PLAIN-MD4", "PLAIN-MD5", "LDAP-MD5",
        "SMD5", "SHA", "SHA1", "SHA256", "SHA512", "SSHA", "SSHA256", "SSHA512", "CRAM-MD5", "HMAC-MD5", "DIGEST-MD5", "SCRAM-SHA-1",
        "SCRAM-SHA-256", "ARGON2I", "ARGON2ID", "PBKDF2", "LANMAN", "NTLM", "OTP", "SKEY", "RPA",
    ]

    /// Dovecot's names are not case-sensitive.
    private static func isAny(_ name: Slice<UnsafeRawBufferPointer>, of names: [StaticString]) -> Bool {
        let upper = name.map { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) ? $0 - 0x20 : $0 }
        return names.contains { upper == $0 }
    }

    static func write(_ entry: Entry, to text: inout WipedText) throws(Refusal) {
        let login = entry.login.bytes
        if login.contains(UInt8(ascii: ":")) { throw Refusal("colon in login") }
        if login[0] == UInt8(ascii: "#") { throw Refusal("login begins with #") }
        if login.allSatisfy(isBlank) { throw Refusal("login of blanks") }
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
