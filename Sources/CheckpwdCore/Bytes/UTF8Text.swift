/// UTF-8 in memory that is no `String`, since it may be a secret.
public enum UTF8Text {
    /// Whether these bytes are well-formed UTF-8 (RFC 3629): shortest forms only, no surrogates, nothing above U+10FFFF.
    public static func isValid(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var place = 0
        while place < bytes.count {
            guard bytes[place] >= 0x80 else {
                place += 1
                continue
            }
            guard let (_, length) = scalar(in: bytes, at: place) else { return false }
            place += length
        }
        return true
    }

    /// Whether a terminal obeys a scalar rather than showing it: the control characters C0, DEL and C1, and what ends or
    /// reorders lines (Unicode's Bidi_Control, U+2028 and U+2029).
    public static func steers(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0..<0x20, 0x7F..<0xA0, 0x61C, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069: true
        default: false
        }
    }

    /// The scalar that begins at a place and the number of its bytes, or nil where none does.
    public static func scalar(in bytes: UnsafeRawBufferPointer, at place: Int) -> (scalar: UInt32, length: Int)? {
        let first = UInt32(bytes[place])
        let (length, least): (Int, UInt32)
        switch first {
        case 0..<0x80: return (first, 1)
        case 0xC2..<0xE0: (length, least) = (2, 0x80)
        case 0xE0..<0xF0: (length, least) = (3, 0x800)
        case 0xF0..<0xF5: (length, least) = (4, 0x10000)
        default: return nil
        }
        guard place + length <= bytes.count else { return nil }
        var value = first & (0x7F >> UInt32(length))
        for index in 1..<length {
            guard bytes[place + index] & 0xC0 == 0x80 else { return nil }
            value = value << 6 | UInt32(bytes[place + index] & 0x3F)
        }
        guard value >= least, value <= 0x10FFFF, !(0xD800..<0xE000).contains(value) else { return nil }
        return (value, length)
    }

    /// Writes a scalar's bytes into a buffer that has room for them.
    ///
    /// - Returns: the place after them.
    public static func write(_ scalar: UInt32, into buffer: UnsafeMutableRawBufferPointer, at place: Int) -> Int {
        func rest(_ shift: UInt32) -> UInt8 { 0x80 | UInt8(truncatingIfNeeded: scalar >> shift & 0x3F) }
        let bytes: (UInt8, UInt8, UInt8, UInt8)
        let length: Int
        switch scalar {
        case 0..<0x80: (bytes, length) = ((UInt8(scalar), 0, 0, 0), 1)
        case 0x80..<0x800: (bytes, length) = ((0xC0 | UInt8(scalar >> 6), rest(0), 0, 0), 2)
        case 0x800..<0x10000: (bytes, length) = ((0xE0 | UInt8(scalar >> 12), rest(6), rest(0), 0), 3)
        default: (bytes, length) = ((0xF0 | UInt8(scalar >> 18), rest(12), rest(6), rest(0)), 4)
        }
        withUnsafeBytes(of: bytes) { bytes in
            for index in 0..<length { buffer[place + index] = bytes[index] }
        }
        return place + length
    }
}
