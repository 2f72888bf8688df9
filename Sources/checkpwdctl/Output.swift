import CLibc
import CheckpwdCore
import Glibc

/// Standard output.
enum Output {
    /// Writes one line, whatever its bytes.
    ///
    /// - Throws: `temporary` where it cannot be written: a full disk must not look like the end of a list.
    static func write(_ line: [UInt8]) throws(Failure) {
        try check((line + [UInt8(ascii: "\n")]).withUnsafeBytes { writeAll($0, to: 1) })
    }

    /// Writes a line that nobody wipes here.
    static func write(_ line: UnsafeRawBufferPointer) throws(Failure) {
        try check(writeAll(line, to: 1))
        try write([])
    }

    static func write(_ value: JSON) throws(Failure) {
        try write(value.text)
    }

    static let isTerminal = isatty(1) == 1

    /// Text as a terminal may have it.
    static func printable(_ text: [UInt8]) -> [UInt8] {
        var line: [UInt8] = []
        line.appendPrintable(text)
        return line
    }

    /// Writes all of it to a descriptor.
    ///
    /// - Returns: 0 or an errno.
    static func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int32 {
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = UnsafeRawBufferPointer(rebasing: rest)
            let count = CLibc.write(descriptor, part.baseAddress, part.count)
            if count < 0, clibc_errno() != EINTR { return clibc_errno() }
            rest = rest.dropFirst(max(count, 0))
        }
        return 0
    }

    private static func check(_ errno: Int32) throws(Failure) {
        guard errno == 0 else { throw .temporary(Cause(.standardOutputCannotBeWritten, errno: errno)) }
    }
}

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

/// A moment as RFC 3339 writes it, in UTC: `2026-11-23T12:35:00Z`.
enum Timestamp {
    /// - Parameter seconds: since 1970; nil for an unknown moment, which is a hyphen.
    static func text(_ seconds: UInt64?) -> String {
        guard let seconds else { return "-" }
        return String(decoding: UTCTime.text(Int(clamping: seconds)), as: UTF8.self)
    }

    static var now: UInt64 { UInt64(max(time(nil), 0)) }
}
