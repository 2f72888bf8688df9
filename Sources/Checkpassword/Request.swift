import ByteStrings
import Credentials
import Verdicts

/// What a caller asks on descriptor 3.
///
/// The bytes stay in the one buffer they were read into; login, password and digest are places in it.
public struct Request: ~Copyable {
    public let login: Login
    public let credential: Credential
    private let bytes: Secret

    /// What came with the login.
    public enum Credential: Equatable, Sendable {
        /// A password, asked of PAM.
        case password(Range<Int>)
        /// A challenge, and its digest in hexadecimal digits.
        case digest(Range<Int>, challenge: Range<Int>, kinds: DigestKinds)
        /// IndiMail's byte named a mechanism that is not spoken here.
        case unknownMechanism(UInt8)
    }

    /// Which digests an answer may be: the form on descriptor 3 does not always tell them apart.
    public struct DigestKinds: OptionSet, Sendable {
        public let rawValue: UInt8
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        /// HMAC-MD5 of the challenge (RFC 2195).
        public static let cramMD5 = DigestKinds(rawValue: 1)
        /// MD5 of the challenge and the secret (RFC 1939, section 7).
        public static let apop = DigestKinds(rawValue: 2)
    }

    /// Reads the fields by their exact count; nothing is guessed from their contents, except that of three fields a
    /// digest and a challenge are recognised by their form.
    ///
    /// A server that decodes base64 without looking for NUL bytes lets a client put fields in front of the real ones:
    /// `alice\0<old challenge>\0<old digest>`, sent as a login name, would replay a captured answer. Here it makes five
    /// fields, and five fields are a password.
    ///
    /// - Throws: `misused` for a single field.
    public init(_ bytes: consuming Secret) throws(Failure) {
        let fields = bytes.withUnsafeBytes { Fields($0) }
        guard fields.count >= 2 else {
            throw .misused(
                Cause(
                    "no password on descriptor 3",
                    remedy: "the caller must send login NUL password NUL timestamp NUL"))
        }
        login = Login(bytes.withUnsafeBytes { Array($0[fields[0]]) })
        credential = bytes.withUnsafeBytes { Request.credential(fields, in: $0) }
        self.bytes = bytes
    }

    /// Calls `body` with the bytes at one of the credential's places.
    public borrowing func withBytes<Result: ~Copyable, Problem: Error>(
        at place: Range<Int>, _ body: (UnsafeRawBufferPointer) throws(Problem) -> Result
    ) throws(Problem) -> Result {
        try bytes.withUnsafeBytes { (all) throws(Problem) in
            try body(UnsafeRawBufferPointer(rebasing: all[place]))
        }
    }

    private static func credential(_ fields: Fields, in bytes: UnsafeRawBufferPointer) -> Credential {
        switch fields.count {
        case 3:
            if Form.isChallenge(bytes[fields[1]]), Form.isMD5Hex(bytes[fields[2]]) {
                return .digest(fields[2], challenge: fields[1], kinds: .cramMD5)
            }
            if Form.isMD5Hex(bytes[fields[1]]), Form.isChallenge(bytes[fields[2]]) {
                return .digest(fields[1], challenge: fields[2], kinds: [.cramMD5, .apop])
            }
        case 4:
            if let mechanism = Mechanism(bytes[fields[3]]) {
                return mechanism.credential(fields)
            }
        default:
            break
        }
        return .password(fields[1])
    }
}
