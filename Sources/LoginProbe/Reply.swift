import CheckpwdCore

/// One reply of a server (RFC 5321 section 4.2), of one line or several.
public struct Reply: Equatable, Sendable {
    /// Three digits.
    public let code: Int
    /// What stands behind code and separator, line by line, without line ends. Any bytes.
    public internal(set) var lines: [[UInt8]]

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
