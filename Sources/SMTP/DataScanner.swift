import CheckpwdCore

/// Follows a message to its end, which is CRLF.CRLF and nothing else (RFC 5321 section 4.1.1.4). Lines may be of any length:
/// how long one may be, the one behind knows.
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
