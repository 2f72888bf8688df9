/// A line as PAM reads it: without its comment, joined with those that continue it.
struct LogicalLine: Equatable {
    /// The number of the first line that something stands in.
    let number: Int
    let text: [UInt8]
    /// The number of the last line that continues it.
    let last: Int

    /// The lines of a file.
    ///
    /// - Returns: with them, where the file ends in a backslash, the number of the line that lacks its end. libpam then takes
    ///   the whole service for unreadable.
    static func all(in text: [UInt8]) -> (lines: [LogicalLine], unfinished: Int?) {
        var lines: [LogicalLine] = []
        var begun: LogicalLine?
        for (index, raw) in text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
            // C reads a line to its first NUL.
            let line = raw.prefix { $0 != 0 }.drop(while: isBlank)
            // Nothing in it: a line that goes on does so behind it.
            guard let first = line.first, first != UInt8(ascii: "#") else { continue }
            let before = begun?.text ?? []
            let number = begun?.number ?? index + 1
            let code = line.prefix { $0 != UInt8(ascii: "#") }
            var kept = code
            while let last = kept.last, isBlank(last) { kept.removeLast() }
            // A backslash before a comment continues nothing.
            if code.endIndex == line.endIndex, kept.last == UInt8(ascii: "\\") {
                begun = LogicalLine(number: number, text: before + kept.dropLast() + [UInt8(ascii: " ")], last: index + 1)
            } else {
                lines.append(LogicalLine(number: number, text: before + kept, last: index + 1))
                begun = nil
            }
        }
        return (lines, begun?.number)
    }

    var string: String { String(decoding: text, as: UTF8.self) }

    static func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
    }
}

/// The words of a line, one after another, pam.d(5): blanks part them, but for those in brackets.
struct Words {
    private var rest: ArraySlice<UInt8>
    /// Whether a bracket was opened and never closed.
    private(set) var isUnclosed = false

    init(_ text: [UInt8]) {
        rest = text[...]
    }

    struct Word {
        let bytes: [UInt8]
        let isBracketed: Bool
        var text: String { String(decoding: bytes, as: UTF8.self) }
    }

    mutating func next() -> Word? {
        rest = rest.drop(while: LogicalLine.isBlank)
        guard let first = rest.first else { return nil }
        guard first == UInt8(ascii: "[") else {
            let word = rest.prefix { !LogicalLine.isBlank($0) }
            rest = rest.dropFirst(word.count + 1)
            return Word(bytes: Array(word), isBracketed: false)
        }
        rest.removeFirst()
        var word: [UInt8] = []
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "]") { return Word(bytes: word, isBracketed: true) }
            // A bracket that is meant as itself.
            if byte == UInt8(ascii: "\\"), rest.first == UInt8(ascii: "]") { rest.removeFirst(); word.append(UInt8(ascii: "]")); continue }
            word.append(byte)
        }
        isUnclosed = true
        return Word(bytes: word, isBracketed: true)
    }

    /// All that are left.
    mutating func all() -> [String] {
        var words: [String] = []
        while let word = next() { words.append(word.text) }
        return words
    }
}

extension String {
    func replacingFirst(_ part: String, with other: String) -> String {
        let all = Array(utf8), part = Array(part.utf8)
        guard !part.isEmpty, all.count >= part.count else { return self }
        for start in 0...(all.count - part.count) where all[start..<(start + part.count)].elementsEqual(part) {
            return String(decoding: all[..<start] + Array(other.utf8) + all[(start + part.count)...], as: UTF8.self)
        }
        return self
    }
}
