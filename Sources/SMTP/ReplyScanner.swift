/// Finds the replies in what the one behind sends (RFC 5321 section 4.2).
enum ReplyScanner {
    enum Found: Equatable {
        /// A whole reply of so many bytes, with this code.
        case reply(code: Int, count: Int)
        /// What came is the beginning of one.
        case more
        /// What came is no reply.
        case nonsense
    }

    /// No reply is longer. RFC 5321 section 4.5.3.1.5 has 512 octets for a line.
    static let limit = 65_536

    static func next(_ bytes: UnsafeRawBufferPointer) -> Found {
        var start = 0
        var first: Int?
        while let lf = bytes.firstIndex(of: UInt8(ascii: "\n"), from: start, to: bytes.count) {
            let line = bytes[start..<lf]
            guard line.last == UInt8(ascii: "\r"), let code = code(line.dropLast()), code == first ?? code else {
                return .nonsense
            }
            if line.count == 4 || line[start + 3] == UInt8(ascii: " ") { return .reply(code: code, count: lf + 1) }
            first = code
            start = lf + 1
        }
        return bytes.count < limit ? .more : .nonsense
    }

    /// - Returns: the code of a line without its end, or nil where it is no line of a reply. Text may be UTF-8 (RFC 6531
    ///   section 3.7.4); a control byte other than a tab is no text.
    private static func code(_ line: Slice<UnsafeRawBufferPointer>) -> Int? {
        let digits = line.prefix(3)
        guard digits.count == 3, digits.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains),
            line.dropFirst(3).first.map({ $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "-") }) ?? true,
            line.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == UInt8(ascii: "\t") })
        else { return nil }
        let code = digits.reduce(0) { 10 * $0 + Int($1 - UInt8(ascii: "0")) }
        return (200...559).contains(code) ? code : nil
    }
}
