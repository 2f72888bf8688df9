import CheckpwdCore

/// What a caller asks on descriptor 3.
///
/// The bytes stay in the one buffer they were read into; login, password and digest are places in it.
public struct Request: ~Copyable {
    public let login: LoginName
    public let credential: Credential
    private let bytes: Secret

    /// What came with the login.
    public enum Credential: Equatable, Sendable {
        /// A password, asked of PAM.
        case password(Range<Int>)
        /// A challenge, and its digest in hexadecimal digits. The form on descriptor 3 does not always tell mechanisms
        /// apart: the answer may be any of these.
        case digest(Range<Int>, challenge: Range<Int>, by: Mechanisms)
        /// IndiMail's byte named a mechanism that is not spoken here.
        case unknownMechanism(UInt8)
    }

    /// Whether among fields too many for a challenge and its answer stand just these. Whoever sent them hopes for a
    /// program that counts less strictly, and none may be asked after us.
    public let holdsSmuggledAnswer: Bool

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
                    .noPasswordOnDescriptor3,
                    remedy: "the caller must send login NUL password NUL timestamp NUL"))
        }
        login = LoginName(bytes.withUnsafeBytes { Array($0[fields[0]]) })
        credential = bytes.withUnsafeBytes { Request.credential(fields, in: $0) }
        holdsSmuggledAnswer = bytes.withUnsafeBytes { Request.holdsSmuggledAnswer(fields, in: $0) }
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
                return .digest(fields[2], challenge: fields[1], by: .cramMD5)
            }
            if Form.isMD5Hex(bytes[fields[1]]), Form.isChallenge(bytes[fields[2]]) {
                return .digest(fields[1], challenge: fields[2], by: [.cramMD5, .apop])
            }
        case 4:
            if let mechanism = MechanismByte(bytes[fields[3]]) {
                return mechanism.credential(fields)
            }
        default:
            break
        }
        return .password(fields[1])
    }

    private static func namesMechanism(_ fields: Fields, in bytes: UnsafeRawBufferPointer) -> Bool {
        fields.count == 4 && MechanismByte(bytes[fields[3]]) != nil
    }

    private static func holdsSmuggledAnswer(_ fields: Fields, in bytes: UnsafeRawBufferPointer) -> Bool {
        guard fields.count > 3, !namesMechanism(fields, in: bytes) else { return false }
        let places = (0..<fields.count).map { fields[$0] }
        return places.contains { Form.isChallenge(bytes[$0]) } && places.contains { Form.resemblesDigest(bytes[$0]) }
    }

    /// Calls `body` with all that was read, for the next module of a chain.
    public borrowing func withAllBytes<Result: ~Copyable, Problem: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Problem) -> Result
    ) throws(Problem) -> Result {
        try bytes.withUnsafeBytes(body)
    }
}

/// Where the NUL-terminated fields stand: empty ones count, and so does an unterminated tail.
struct Fields {
    private var places: [Range<Int>] = []

    init(_ bytes: UnsafeRawBufferPointer) {
        var start = 0
        for index in 0..<bytes.count where bytes[index] == 0 {
            places.append(start..<index)
            start = index + 1
        }
        if start < bytes.count { places.append(start..<bytes.count) }
    }

    var count: Int { places.count }

    subscript(index: Int) -> Range<Int> { places[index] }
}

/// The two forms by which a field is known for a challenge or a digest.
enum Form {
    /// 32 hexadecimal digits, lower case (RFC 2195, section 2).
    static func isMD5Hex(_ field: Slice<UnsafeRawBufferPointer>) -> Bool {
        field.count == 32 && field.allSatisfy(Hex.isLowercaseDigit)
    }

    /// What some program may take for a digest: hexadecimal digits of either case, as many as one of HMAC's functions has.
    static func resemblesDigest(_ field: Slice<UnsafeRawBufferPointer>) -> Bool {
        [32, 40, 56, 64, 96, 128].contains(field.count) && field.allSatisfy { Hex.value($0) != nil }
    }

    /// `<…@…>`: the form of a message identifier (RFC 2195, section 2), printable and without blanks.
    static func isChallenge(_ field: Slice<UnsafeRawBufferPointer>) -> Bool {
        guard field.count >= 3, field.first == UInt8(ascii: "<"), field.last == UInt8(ascii: ">") else { return false }
        let inner = field.dropFirst().dropLast()
        return inner.contains(UInt8(ascii: "@")) && inner.allSatisfy { (0x21...0x7E).contains($0) }
    }
}
