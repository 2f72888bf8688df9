import CLibc
import CheckpwdCore

/// Finds the lines in what a client sends. CRLF ends a line, and nothing else does: what others take for an end, and we
/// do not, would let a client say things to the backend that we never saw.
struct LineScanner: Sendable {
    enum Found: Equatable {
        /// A line in this place, its end not included.
        case line(Range<Int>, consumed: Int)
        /// A line that was longer than allowed has come to its end.
        case overlong(consumed: Int)
        /// A CR without LF, or an LF without CR.
        case bareLineEnd
        /// No end yet. What is not consumed must come again, with what follows it.
        case more(consumed: Int)
    }

    /// An AUTH line may have 12,288 octets, its end included (RFC 4954 section 4).
    static let limit = 12_288

    /// Whether what comes next belongs to a line that is too long already.
    private var isDiscarding = false

    /// - Parameter bytes: what came in and was not consumed.
    mutating func next(_ bytes: UnsafeRawBufferPointer) -> Found {
        let lf = bytes.firstIndex(of: UInt8(ascii: "\n"), from: 0, to: bytes.count)
        let cr = bytes.firstIndex(of: UInt8(ascii: "\r"), from: 0, to: lf ?? bytes.count)
        guard let lf else {
            guard cr == nil || cr == bytes.count - 1 else { return .bareLineEnd }
            // A CR waits for its LF.
            let count = cr ?? bytes.count
            if count >= Self.limit { isDiscarding = true }
            return .more(consumed: isDiscarding ? count : 0)
        }
        guard let cr, cr == lf - 1 else { return .bareLineEnd }
        defer { isDiscarding = false }
        return isDiscarding || lf + 1 > Self.limit ? .overlong(consumed: lf + 1) : .line(0..<cr, consumed: lf + 1)
    }
}

extension UnsafeRawBufferPointer {
    /// The place of a byte, found as fast as the C library can: messages are large.
    func firstIndex(of byte: UInt8, from start: Int, to end: Int) -> Int? {
        guard start < end, let base = baseAddress,
            let found = memchr(base + start, Int32(byte), end - start)
        else { return nil }
        return UnsafeRawPointer(found) - base
    }
}

/// Follows a message to its end, which is CRLF.CRLF and nothing else (RFC 5321 section 4.1.1.4). Lines may be of any length:
/// how long one may be, the backend knows.
struct DataScanner: Sendable {
    enum Found: Equatable {
        /// So many bytes belong to the message, and there is more to come.
        case text(Int)
        /// So many bytes bring it to its end, which is among them.
        case end(Int)
        /// A CR without LF, or an LF without CR: some servers take that for the end of a line, others do not.
        case bareLineEnd
        /// A byte that no message has (RFC 2045 section 2.8), and at which some readers end a line.
        case nul
        /// Nothing can be said yet: the only byte is a CR.
        case more
    }

    /// How much of the end of data came in the line that is not finished.
    private enum Place {
        /// A line begins. DATA's own CRLF is the first (RFC 5321 section 4.1.1.4).
        case start
        /// A dot, the first of its line.
        case dot
        case inside
    }

    private var place = Place.start

    /// - Parameter bytes: what came in and was not consumed.
    mutating func next(_ bytes: UnsafeRawBufferPointer) -> Found {
        guard Self.isFaulty(bytes), let fault = Self.firstFault(bytes) else { return follow(bytes) }
        // What comes after the end is no part of the message.
        if case .end(let count) = follow(UnsafeRawBufferPointer(rebasing: bytes[..<fault])) { return .end(count) }
        return bytes[fault] == 0 ? .nul : .bareLineEnd
    }

    /// Whether there is a NUL, or a CR or LF by itself. A CR that comes last may yet have its LF; before the first byte there
    /// is none, or it would have waited. Without a branch for each byte: messages are large, and this is vectorized.
    private static func isFaulty(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let first = bytes.first else { return false }
        var faults: UInt8 = first == 0 || first == UInt8(ascii: "\n") ? 1 : 0
        for place in 1..<bytes.count {
            let isLF: UInt8 = bytes[place] == UInt8(ascii: "\n") ? 1 : 0
            let isAfterCR: UInt8 = bytes[place - 1] == UInt8(ascii: "\r") ? 1 : 0
            let isNUL: UInt8 = bytes[place] == 0 ? 1 : 0
            faults |= isLF ^ isAfterCR | isNUL
        }
        return faults != 0
    }

    private static func firstFault(_ bytes: UnsafeRawBufferPointer) -> Int? {
        bytes.indices.first { place in
            switch bytes[place] {
            case 0: true
            case UInt8(ascii: "\n"): place == 0 || bytes[place - 1] != UInt8(ascii: "\r")
            case UInt8(ascii: "\r"): place + 1 < bytes.count && bytes[place + 1] != UInt8(ascii: "\n")
            default: false
            }
        }
    }

    /// - Parameter bytes: each LF in them has its CR, and each CR its LF, but for one at their end.
    private mutating func follow(_ bytes: UnsafeRawBufferPointer) -> Found {
        // A CR waits for its LF: it may turn out to be bare.
        let end = bytes.last == UInt8(ascii: "\r") ? bytes.count - 1 : bytes.count
        guard end > 0 else { return .more }
        if place == .dot, bytes[0] == UInt8(ascii: "\r") { return .end(2) }
        var from = 0
        while let dot = bytes.firstIndex(of: UInt8(ascii: "."), from: from, to: end) {
            if begins(dot, bytes), dot + 1 < end, bytes[dot + 1] == UInt8(ascii: "\r") { return .end(dot + 3) }
            from = dot + 1
        }
        if bytes[end - 1] == UInt8(ascii: "\n") {
            place = .start
        } else {
            place = bytes[end - 1] == UInt8(ascii: ".") && begins(end - 1, bytes) ? .dot : .inside
        }
        return .text(end)
    }

    /// Whether a line begins with the byte at an index.
    private func begins(_ index: Int, _ bytes: UnsafeRawBufferPointer) -> Bool {
        index == 0 ? place == .start : bytes[index - 1] == UInt8(ascii: "\n")
    }
}

/// Finds the replies in what the backend sends (RFC 5321 section 4.2).
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
