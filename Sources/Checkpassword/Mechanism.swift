/// The one byte with which IndiMail's qmail-smtpd names the mechanism, in a fourth field.
struct Mechanism {
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
        case 3: .digest(fields[2], challenge: fields[1], kinds: .cramMD5)
        default: .unknownMechanism(byte)
        }
    }
}
