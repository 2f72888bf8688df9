import CheckpwdCore

/// One reply of a server (RFC 5321 section 4.2), of one line or several.
public struct Reply: Equatable, Sendable {
    /// Three digits.
    public let code: Int
    /// What stands behind code and separator, line by line, without line ends. Any bytes.
    public fileprivate(set) var lines: [[UInt8]]

    /// What the first digit means.
    enum Kind {
        case positive, intermediate, temporary, permanent, unknown
    }

    var kind: Kind {
        switch code / 100 {
        case 2: .positive
        case 3: .intermediate
        case 4: .temporary
        case 5: .permanent
        default: .unknown
        }
    }

    /// Code and text of the last line, as a person reads them.
    var text: [UInt8] { [UInt8](decimal: code) + [UInt8](" ") + (lines.last ?? []) }

    /// Whether the reply to EHLO has a keyword, and what stands behind it, in upper case (RFC 5321 section 4.1.1.1).
    func parameters(of keyword: StaticString) -> [[UInt8]]? {
        for line in lines.dropFirst() {
            // `AUTH=` is what servers said before RFC 4954, and some say beside it.
            let upper = line.map { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) ? $0 - 0x20 : $0 }
            let words = upper.split(separator: UInt8(ascii: " ")).map { [UInt8]($0) }
            if let first = words.first, first == keyword { return Array(words.dropFirst()) }
        }
        return nil
    }
}

/// Turns pieces of a byte stream into replies, and holds no more than a reply may have: the server may be hostile.
struct ReplyAssembler {
    /// Why the bytes are no replies.
    enum Violation: Error, Equatable {
        case lineTooLong, tooManyLines, malformed

        var reason: Reason {
            switch self {
            case .lineTooLong: .replyLineTooLong
            case .tooManyLines: .replyTooLong
            case .malformed: .notAnSMTPReply
            }
        }
    }

    /// RFC 5321 section 4.5.3.1.5 has 512 octets; a CRAM-MD5 challenge may be longer (RFC 4954 section 4).
    private static let longestLine = 12_288
    private static let mostLines = 128

    private var buffer: [UInt8] = []
    private var reply: Reply?

    /// Whether bytes wait that belong to no reply that was handed out.
    var isEmpty: Bool { buffer.isEmpty && reply == nil }

    mutating func append(_ bytes: some Collection<UInt8>) {
        buffer += bytes
    }

    /// The next whole reply, or nil where its end has not come. Each line is given to `show` as it is complete.
    mutating func next(_ show: ([UInt8]) -> Void) throws(Violation) -> Reply? {
        while let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
            guard end <= ReplyAssembler.longestLine else { throw .lineTooLong }
            var line = Array(buffer[..<end])
            buffer.removeFirst(end + 1)
            if line.last == UInt8(ascii: "\r") { line.removeLast() }
            show(line)
            if let reply = try add(line) {
                self.reply = nil
                return reply
            }
        }
        guard buffer.count <= ReplyAssembler.longestLine else { throw .lineTooLong }
        return nil
    }

    /// - Returns: the reply, where this was its last line.
    private mutating func add(_ line: [UInt8]) throws(Violation) -> Reply? {
        guard line.count >= 3, line[..<3].allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
            throw .malformed
        }
        let code = line[..<3].reduce(0) { 10 * $0 + Int($1 - UInt8(ascii: "0")) }
        // Only the code is a reply, too (RFC 5321 section 4.2).
        let separator = line.count > 3 ? line[3] : UInt8(ascii: " ")
        guard separator == UInt8(ascii: " ") || separator == UInt8(ascii: "-") else { throw .malformed }
        var whole = reply ?? Reply(code: code, lines: [])
        guard whole.code == code else { throw .malformed }
        guard whole.lines.count < ReplyAssembler.mostLines else { throw .tooManyLines }
        whole.lines.append(Array(line.dropFirst(4)))
        reply = whole
        return separator == UInt8(ascii: " ") ? whole : nil
    }
}
