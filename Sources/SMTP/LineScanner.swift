import CLibc

/// Finds the lines in what a client sends. CRLF ends a line, and nothing else does: what others take for an end, and we
/// do not, would let a client say things to the one behind that we never saw.
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
