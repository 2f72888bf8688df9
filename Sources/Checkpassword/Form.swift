import CheckpwdCore

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
