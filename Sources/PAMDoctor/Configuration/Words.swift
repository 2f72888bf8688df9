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
