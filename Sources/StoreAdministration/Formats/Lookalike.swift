import CheckpwdCore

/// The look of a secret that is probably not meant to be one, but was copied from another program's password column.
///
/// A string of hexadecimal digits does not count as a hash, whatever its length: random secrets are often written like that.
public enum Lookalike: Equatable, Sendable {
    /// A hash that cannot be mistaken: of crypt(5), BSDi, MySQL, PostgreSQL, or with a scheme of Dovecot's or of LDAP's.
    case hash
    /// Perhaps a hash of DES: 13 characters, as some passwords have, too.
    case desHash
    /// A password after `{PLAIN}` or the like.
    case scheme
    /// A mark that locks an account: `!`, `*`, `*LK*`, also before a hash.
    case locked

    /// - Returns: nil if the secret looks like a secret.
    public static func of(_ secret: UnsafeRawBufferPointer) -> Lookalike? { of(secret[...]) }

    static func of(_ secret: Slice<UnsafeRawBufferPointer>) -> Lookalike? {
        if isHash(secret) { return .hash }
        if isDES(secret) { return .desHash }
        if let scheme = Scheme(at: secret) {
            switch scheme.kind {
            case .clear: return .scheme
            case .hash: return .hash
            case .unknown: break
            }
        }
        return isLocked(secret) ? .locked : nil
    }

    /// As a `Refusal` says it.
    var reason: StaticString {
        switch self {
        case .hash: "a hash is not a secret"
        case .desHash: "looks like a hash of crypt(3), which --literal takes as it is"
        case .scheme: "secret begins with a scheme, as in Dovecot's passwd-file, which --format passwd-file reads"
        case .locked: "a locked password is not a secret"
        }
    }

    private static func isHash(_ secret: Slice<UnsafeRawBufferPointer>) -> Bool {
        switch secret.first {
        case UInt8(ascii: "$"): isCrypt(secret)
        case UInt8(ascii: "_"): secret.count == 20 && endsLikeDES(secret.dropFirst())
        // MySQL's.
        case UInt8(ascii: "*"): secret.count == 41 && secret.dropFirst().allSatisfy { Hex.value($0) != nil }
        // PostgreSQL's.
        case UInt8(ascii: "m"):
            secret.count == 35 && secret.starts(with: "md5".utf8) && secret.dropFirst(3).allSatisfy(Hex.isLowercaseDigit)
        case UInt8(ascii: "S"): secret.starts(with: "SCRAM-SHA-".utf8) && secret.contains(UInt8(ascii: "$"))
        default: false
        }
    }

    /// Whether this is a hash of crypt(5): `$id$…`.
    private static func isCrypt(_ secret: Slice<UnsafeRawBufferPointer>) -> Bool {
        guard let second = secret.dropFirst().firstIndex(of: UInt8(ascii: "$")) else { return false }
        // A secret may have two dollars in it; a hash is longer, and all of it is of crypt(5)'s alphabet.
        return second > secret.startIndex + 1 && secret.endIndex - second > 20
            && secret.allSatisfy { $0 > 0x20 && $0 < 0x7F && !":;*!\\".utf8.contains($0) }
    }

    private static func isDES(_ secret: Slice<UnsafeRawBufferPointer>) -> Bool {
        secret.count == 13 && endsLikeDES(secret)
    }

    /// Eleven characters of six bits each hold the 64 bits of a hash: of the last one, two bits are 0. A hash of DES or BSDi
    /// without capitals or without small letters is one in hundreds.
    private static func endsLikeDES(_ text: Slice<UnsafeRawBufferPointer>) -> Bool {
        func isCapital(_ byte: UInt8) -> Bool { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) }
        func isSmall(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }
        guard let last = text.last, ".26AEIMQUYcgkosw".utf8.contains(last) else { return false }
        return text.contains(where: isCapital) && text.contains(where: isSmall)
            && text.allSatisfy { isCapital($0) || isSmall($0) || (UInt8(ascii: ".")...UInt8(ascii: "9")).contains($0) }
    }

    private static func isLocked(_ secret: Slice<UnsafeRawBufferPointer>) -> Bool {
        let marks: [StaticString] = ["*LOCKED*", "*LK*", "*NP*"]
        let rest =
            if let mark = marks.first(where: { secret.starts(with: [UInt8]($0)) }) {
                secret.dropFirst(mark.utf8CodeUnitCount)
            } else {
                secret.drop { $0 == UInt8(ascii: "!") || $0 == UInt8(ascii: "*") }
            }
        return rest.startIndex > secret.startIndex && (rest.isEmpty || isHash(rest) || isDES(rest))
    }
}

/// A scheme of Dovecot's or of LDAP's before a password: `{SSHA256.HEX}`. Names are not case-sensitive.
struct Scheme {
    enum Kind {
        /// The password itself follows.
        case clear
        case hash(StaticString)
        /// Perhaps braces in which a password begins.
        case unknown
    }

    let kind: Kind
    /// `HEX`, or nil without one.
    let encoding: Slice<UnsafeRawBufferPointer>?
    /// The text after the brace.
    let rest: Slice<UnsafeRawBufferPointer>

    /// - Returns: nil if the text does not begin with a word in braces.
    init?(at text: Slice<UnsafeRawBufferPointer>) {
        guard text.first == UInt8(ascii: "{"), let brace = text.firstIndex(of: UInt8(ascii: "}")) else { return nil }
        let words = text[(text.startIndex + 1)..<brace]
            .split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        kind =
            if Scheme.isAny(words[0], of: ["PLAIN", "CLEAR", "CLEARTEXT"]) {
                .clear
            } else if let hash = Scheme.hashes.first(where: { Scheme.isAny(words[0], of: [$0]) }) {
                .hash(hash)
            } else {
                .unknown
            }
        encoding = words.count == 2 ? words[1] : nil
        rest = text[(brace + 1)...]
    }

    private static let hashes: [StaticString] = [
        "CRYPT", "DES-CRYPT", "MD5-CRYPT", "BLF-CRYPT", "SHA256-CRYPT", "SHA512-CRYPT", "MD5", "PLAIN-MD4", "PLAIN-MD5", "LDAP-MD5",
        "SMD5", "SHA", "SHA1", "SHA256", "SHA384", "SHA512", "SSHA", "SSHA256", "SSHA384", "SSHA512", "CRAM-MD5", "HMAC-MD5",
        "DIGEST-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-512", "ARGON2", "ARGON2I", "ARGON2ID", "PBKDF2", "PBKDF2-SHA1",
        "PBKDF2-SHA256", "PBKDF2-SHA512", "LANMAN", "NTLM", "OTP", "SKEY", "RPA",
    ]

    static func isAny(_ name: Slice<UnsafeRawBufferPointer>, of names: [StaticString]) -> Bool {
        let upper = name.map { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) ? $0 - 0x20 : $0 }
        return names.contains { upper == $0 }
    }
}
