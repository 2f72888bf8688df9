import CheckpwdCore

/// What of JSON's grammar (RFC 8259) an object of strings needs, read in place and to the letter.
struct JSONText {
    private let text: UnsafeRawBufferPointer
    private var place = 0

    init(_ text: UnsafeRawBufferPointer) {
        self.text = text
    }

    var isAtEnd: Bool { place == text.count }

    /// Section 2: blank, tab, line feed, carriage return.
    mutating func skipBlanks() {
        while place < text.count, " \t\n\r".utf8.contains(text[place]) { place += 1 }
    }

    mutating func take(_ expected: Unicode.Scalar) throws(LineError) {
        skipBlanks()
        guard place < text.count, text[place] == UInt8(ascii: expected) else { throw LineError("no JSON object") }
        place += 1
    }

    /// After a member: whether another follows. Takes the comma, or the brace that ends the object.
    mutating func continues() throws(LineError) -> Bool {
        skipBlanks()
        guard place < text.count, text[place] == UInt8(ascii: ",") else {
            try take("}")
            return false
        }
        place += 1
        return true
    }

    /// A string (section 7), in UTF-8.
    mutating func string() throws(LineError) -> Secret {
        try take("\"")
        let start = place
        while place < text.count, text[place] != UInt8(ascii: "\"") {
            if text[place] < 0x20 { throw LineError("control byte in a string") }
            place += text[place] == UInt8(ascii: "\\") ? 2 : 1
        }
        guard place < text.count else { throw LineError("a string does not end") }
        let inner = UnsafeRawBufferPointer(rebasing: text[start..<place])
        place += 1
        guard UTF8Text.isValid(inner) else { throw LineError("a string is not UTF-8") }
        return try Secret(capacity: inner.count) { (buffer) throws(LineError) in
            try JSONText.unescape(inner, into: buffer)
        }
    }

    private static func unescape(
        _ text: UnsafeRawBufferPointer, into buffer: UnsafeMutableRawBufferPointer
    ) throws(LineError) -> Int {
        var place = 0
        var count = 0
        while place < text.count {
            let byte = text[place]
            place += 1
            guard byte == UInt8(ascii: "\\") else {
                buffer[count] = byte
                count += 1
                continue
            }
            // There is a byte after each backslash, or the string would not have ended.
            let kind = text[place]
            place += 1
            if kind == UInt8(ascii: "u") {
                let scalar = try scalar(in: text, at: &place)
                count = UTF8Text.write(scalar, into: buffer, at: count)
            } else {
                guard let meant = meaning(of: kind) else { throw LineError("unknown escape in a string") }
                buffer[count] = meant
                count += 1
            }
        }
        return count
    }

    private static func meaning(of escape: UInt8) -> UInt8? {
        switch escape {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): escape
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "r"): 0x0D
        case UInt8(ascii: "t"): 0x09
        default: nil
        }
    }

    /// The scalar of `\uXXXX`, or of two that are a surrogate pair; half a pair is none.
    private static func scalar(in text: UnsafeRawBufferPointer, at place: inout Int) throws(LineError) -> UInt32 {
        let first = try hex(in: text, at: &place)
        guard (0xD800..<0xE000).contains(first) else { return first }
        if first < 0xDC00, place + 1 < text.count, text[place] == UInt8(ascii: "\\"),
            text[place + 1] == UInt8(ascii: "u")
        {
            place += 2
            let second = try hex(in: text, at: &place)
            if (0xDC00..<0xE000).contains(second) { return 0x10000 + (first & 0x3FF) << 10 + (second & 0x3FF) }
        }
        throw LineError("half a surrogate pair in a string")
    }

    private static func hex(in text: UnsafeRawBufferPointer, at place: inout Int) throws(LineError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard place < text.count, let digit = Hex.value(text[place]) else {
                throw LineError("unknown escape in a string")
            }
            value = value << 4 | UInt32(digit)
            place += 1
        }
        return value
    }
}
