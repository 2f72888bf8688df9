import CheckpwdCore

/// JSON (RFC 8259), on one line.
enum JSON {
    case bytes([UInt8])
    case number(Int)
    case truth(Bool)
    case null
    indirect case array([JSON])
    indirect case object([(StaticString, JSON)])

    /// A moment, or null where it is unknown.
    static func time(_ seconds: UInt64?) -> JSON {
        seconds.map { .bytes([UInt8](Timestamp.text($0).utf8)) } ?? .null
    }

    var text: [UInt8] {
        switch self {
        case .bytes(let bytes): JSON.quoted(bytes)
        case .number(let number): [UInt8](decimal: number)
        case .truth(let truth): [UInt8](truth ? "true" : "false")
        case .null: [UInt8]("null")
        case .array(let values): [UInt8]("[") + values.map(\.text).joined(separator: [UInt8](",")) + [UInt8]("]")
        case .object(let members):
            [UInt8]("{")
                + members.map { JSON.quoted([UInt8]($0)) + [UInt8](":") + $1.text }.joined(separator: [UInt8](","))
                + [UInt8]("}")
        }
    }

    /// A string. Bytes that are not UTF-8 become U+FFFD: JSON has no other way for them. What a terminal would obey is
    /// written in digits.
    private static func quoted(_ bytes: [UInt8]) -> [UInt8] {
        var text = [UInt8]("\"")
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
            if UTF8Text.steers(scalar.value) {
                text += [UInt8]("\\u") + Hex.encode([UInt8(scalar.value >> 8), UInt8(scalar.value & 0xFF)])
            } else {
                if scalar == "\"" || scalar == "\\" { text.append(UInt8(ascii: "\\")) }
                text += UTF8.encode(scalar)!
            }
        }
        return text + [UInt8]("\"")
    }
}
