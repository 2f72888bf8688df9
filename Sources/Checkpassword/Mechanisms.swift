import CheckpwdCore

/// A set of mechanisms: those that an administrator enables, or those that an answer may be.
public struct Mechanisms: OptionSet, Sendable {
    public let rawValue: UInt16

    public init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// The password itself, whatever the mail client called it (LOGIN, PLAIN, USER and PASS).
    public static let plain = Mechanisms(rawValue: 1 << 0)
    /// HMAC-MD5 of the challenge (RFC 2195).
    public static let cramMD5 = Mechanisms(rawValue: 1 << 1)
    /// MD5 of the challenge and the secret (RFC 1939, section 7).
    public static let apop = Mechanisms(rawValue: 1 << 2)
    // CRAM-MD5's kin of IndiMail: HMAC with other functions.
    public static let cramSHA1 = Mechanisms(rawValue: 1 << 3)
    public static let cramSHA224 = Mechanisms(rawValue: 1 << 4)
    public static let cramSHA256 = Mechanisms(rawValue: 1 << 5)
    public static let cramSHA384 = Mechanisms(rawValue: 1 << 6)
    public static let cramSHA512 = Mechanisms(rawValue: 1 << 7)
    public static let cramRIPEMD = Mechanisms(rawValue: 1 << 8)

    public static let all = Mechanisms(rawValue: 1 << 9 - 1)

    /// The names on the command line and in the log, in the order of the bits.
    private static func name(_ bit: Int) -> StaticString {
        switch bit {
        case 0: "plain"
        case 1: "cram-md5"
        case 2: "apop"
        case 3: "cram-sha1"
        case 4: "cram-sha224"
        case 5: "cram-sha256"
        case 6: "cram-sha384"
        case 7: "cram-sha512"
        default: "cram-ripemd"
        }
    }

    /// Reads names separated by commas.
    ///
    /// - Returns: nil where one is unknown, or there is none.
    public init?(names: [UInt8]) {
        self = []
        for name in names.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
            guard let bit = (0..<9).first(where: { Array(name) == Mechanisms.name($0) }) else { return nil }
            insert(Mechanisms(rawValue: 1 << UInt16(bit)))
        }
    }

    /// Each of them alone.
    public var each: [Mechanisms] {
        (0..<9).map { Mechanisms(rawValue: 1 << UInt16($0)) }.filter { contains($0) }
    }

    /// The names, a line each.
    public var list: [UInt8] {
        each.reduce(into: []) { text, mechanism in text += mechanism.names + [UInt8(ascii: "\n")] }
    }

    /// The names, joined by `-or-`.
    public var names: [UInt8] {
        var text: [UInt8] = []
        for bit in 0..<9 where contains(Mechanisms(rawValue: 1 << UInt16(bit))) {
            if !text.isEmpty { text += "-or-" }
            text += Mechanisms.name(bit)
        }
        return text
    }
}

/// The one byte with which IndiMail's qmail-smtpd names the mechanism, in a fourth field.
struct MechanismByte {
    private let byte: UInt8

    /// - Returns: nil unless the field is one byte of value 1 to 17.
    init?(_ field: Slice<UnsafeRawBufferPointer>) {
        guard field.count == 1, let byte = field.first, (1...17).contains(byte) else { return nil }
        self.byte = byte
    }

    /// The byte alone decides: no field is looked at.
    func credential(_ fields: Fields) -> Request.Credential {
        switch byte {
        case 1, 2: .password(fields[1])
        case 3: digest(.cramMD5, fields)
        case 4: digest(.cramSHA1, fields)
        case 5: digest(.cramSHA224, fields)
        case 6: digest(.cramSHA256, fields)
        case 7: digest(.cramSHA384, fields)
        case 8: digest(.cramSHA512, fields)
        case 9: digest(.cramRIPEMD, fields)
        default: .unknownMechanism(byte)
        }
    }

    private func digest(_ mechanism: Mechanisms, _ fields: Fields) -> Request.Credential {
        .digest(fields[2], challenge: fields[1], by: mechanism)
    }
}
