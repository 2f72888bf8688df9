import ByteStrings

/// Follows a message to its end, which is CRLF.CRLF and nothing else (RFC 5321 section 4.1.1.4).
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
        guard let nul = bytes.firstIndex(of: 0, from: 0, to: bytes.count) else { return follow(bytes) }
        let found = follow(UnsafeRawBufferPointer(rebasing: bytes[..<nul]))
        // What comes after the end is no part of the message; and of two faults the first counts.
        return switch found {
        case .end, .bareLineEnd: found
        case .text, .more, .nul: .nul
        }
    }

    /// Lines may be of any length: how long one may be, the one behind knows.
    private mutating func follow(_ bytes: UnsafeRawBufferPointer) -> Found {
        var start = 0
        while let lf = bytes.firstIndex(of: UInt8(ascii: "\n"), from: start, to: bytes.count) {
            guard bytes.firstIndex(of: UInt8(ascii: "\r"), from: start, to: lf) == lf - 1, lf > start else {
                return .bareLineEnd
            }
            if isEnd(bytes, start, lf - 1) { return .end(lf + 1) }
            place = .start
            start = lf + 1
        }
        let cr = bytes.firstIndex(of: UInt8(ascii: "\r"), from: start, to: bytes.count)
        guard cr == nil || cr == bytes.count - 1 else { return .bareLineEnd }
        // A CR waits for its LF: it may turn out to be bare.
        let end = cr ?? bytes.count
        if end > start {
            place = place == .start && end - start == 1 && bytes[start] == UInt8(ascii: ".") ? .dot : .inside
        }
        return end == 0 ? .more : .text(end)
    }

    private func isEnd(_ bytes: UnsafeRawBufferPointer, _ start: Int, _ end: Int) -> Bool {
        switch place {
        case .start: end - start == 1 && bytes[start] == UInt8(ascii: ".")
        case .dot: start == end
        case .inside: false
        }
    }
}
