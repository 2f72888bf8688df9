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
