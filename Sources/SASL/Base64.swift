import CheckpwdCore

/// Base64 in its one canonical form: the standard alphabet, padded, no line ends, no stray bits (RFC 4648 sections 3 and 4).
public enum Base64 {
    /// The text for some bytes: four characters for every three bytes begun.
    public static func encode(_ bytes: some Collection<UInt8>) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        var rest = bytes[...]
        while !rest.isEmpty {
            let group = rest.prefix(3)
            rest = rest.dropFirst(3)
            // Left-justified in 24 bits; what is missing counts as zero bits (section 4).
            var bits: UInt32 = 0
            for byte in group { bits = bits << 8 | UInt32(byte) }
            bits <<= 8 * UInt32(3 - group.count)
            for place in 0..<4 {
                text.append(place <= group.count ? character(UInt8(bits >> (18 - 6 * UInt32(place)) & 63)) : padding)
            }
        }
        return text
    }

    /// The bytes that a text stands for.
    ///
    /// - Returns: nil unless the text is exactly what `encode` makes of these bytes. Anything laxer would give one set of
    ///   credentials several spellings (section 3.5).
    public static func decode(_ text: UnsafeRawBufferPointer) -> Secret? {
        guard text.count.isMultiple(of: 4) else { return nil }
        let paddings = text.reversed().prefix(2).prefix { $0 == padding }.count
        let digits = text.dropLast(paddings)
        guard digits.allSatisfy({ value($0) != nil }), hasNoStrayBits(digits, paddings) else { return nil }
        return Secret(capacity: text.count / 4 * 3) { buffer in
            var bits: UInt32 = 0
            var held = 0
            var count = 0
            for digit in digits {
                bits = bits << 6 | UInt32(value(digit)!)
                held += 6
                guard held >= 8 else { continue }
                held -= 8
                buffer[count] = UInt8(truncatingIfNeeded: bits >> UInt32(held))
                count += 1
            }
            return count
        }
    }

    /// Whether the bits of the last digit that belong to no byte are zero, as section 3.5 asks.
    private static func hasNoStrayBits(_ digits: Slice<UnsafeRawBufferPointer>, _ paddings: Int) -> Bool {
        guard paddings > 0, let last = digits.last.flatMap(value) else { return paddings == 0 }
        return last & (paddings == 1 ? 0b11 : 0b1111) == 0
    }

    private static let padding = UInt8(ascii: "=")

    private static func character(_ value: UInt8) -> UInt8 {
        switch value {
        case 0..<26: UInt8(ascii: "A") + value
        case 26..<52: UInt8(ascii: "a") + value - 26
        case 52..<62: UInt8(ascii: "0") + value - 52
        case 62: UInt8(ascii: "+")
        default: UInt8(ascii: "/")
        }
    }

    private static func value(_ character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): character - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): character - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0") + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}

extension WipedText {
    /// Appends some bytes in base64, leaving no copy of all of them elsewhere.
    public mutating func append(base64 bytes: UnsafeRawBufferPointer) {
        var rest = bytes[...]
        while !rest.isEmpty {
            // Three bytes at a time: what is left in memory of an array so small is soon written over.
            append(Base64.encode(rest.prefix(3)))
            rest = rest.dropFirst(3)
        }
    }
}
