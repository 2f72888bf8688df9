import CheckpwdCore

/// A line of pppd's `chap-secrets`: client, server, secret, and addresses that the client may use (pppd(8),
/// AUTHENTICATION). The client is the login; server and addresses are another program's.
enum ChapLine {
    /// - Parameter literal: whether a secret may look like a hash, as those of pppd's `pap-secrets` may be.
    static func read(_ line: UnsafeRawBufferPointer, literal: Bool) throws(LineError) -> Line {
        var words = PPPWords(line)
        guard let login = try words.next() else { return words.isUnfinished ? .unfinished : .nothing }
        let server = try words.next()
        let secret = try words.next()
        if words.isUnfinished { return .unfinished }
        guard server != nil, let secret else { throw LineError("less than client, server and secret") }
        let name = login.withUnsafeBytes { [UInt8]($0) }
        if name == "*" { throw LineError("not one login, but many") }
        if secret.withUnsafeBytes({ $0.starts(with: "@/".utf8) }) { throw LineError("the secret is in another file") }
        if !literal, let look = secret.withUnsafeBytes({ Lookalike.of($0) }) { throw LineError(look.reason) }
        return .entry(try Entry(LoginName(name), secret))
    }

    static func write(_ entry: Entry, to text: inout WipedText) throws(LineError) {
        if entry.login.bytes == "*" { throw LineError("login means any client") }
        try entry.secret.withUnsafeBytes { (secret) throws(LineError) in
            if secret.starts(with: "@/".utf8) { throw LineError("secret means a file") }
            if let look = Lookalike.of(secret) { throw LineError(look.reason) }
            entry.login.bytes.withUnsafeBytes { quote($0, to: &text) }
            text.append(" * ")
            quote(secret, to: &text)
            text.append(" *")
        }
    }

    private static func quote(_ word: UnsafeRawBufferPointer, to text: inout WipedText) {
        text.append("\"")
        for byte in word {
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { text.append("\\") }
            text.append(byte)
        }
        text.append("\"")
    }
}

/// The words of a line as pppd reads its options and secrets (`getword` in its options.c, 2.4.9).
///
/// Blanks separate words and `#` begins a comment, also right after a word. Quotes, single or double, may begin and end
/// anywhere in a word. A backslash, in quotes too, makes of the next byte itself, or what C makes of it, `\s` a blank; at
/// the end of a line it joins the next line to this one.
private struct PPPWords {
    private let line: UnsafeRawBufferPointer
    private var place = 0
    /// Whether the line ends in the middle of a word, so that the next belongs to it.
    private(set) var isUnfinished = false

    init(_ line: UnsafeRawBufferPointer) {
        self.line = line
    }

    /// The next word, or nil where there is none.
    mutating func next() throws(LineError) -> Secret? {
        while place < line.count, isSpace(line[place]) || isJoint { place += isJoint ? jointLength : 1 }
        guard place < line.count, line[place] != UInt8(ascii: "#"), !isUnfinished else { return nil }
        return try Secret(capacity: line.count - place) { (word) throws(LineError) in try fill(word) }
    }

    private mutating func fill(_ word: UnsafeMutableRawBufferPointer) throws(LineError) -> Int {
        var count = 0
        var quote: UInt8?
        while place < line.count {
            switch (quote, line[place]) {
            case (_, UInt8(ascii: "\\")):
                if let escaped = escape() {
                    word[count] = escaped
                    count += 1
                }
                continue
            case (nil, UInt8(ascii: "\"")), (nil, UInt8(ascii: "'")): quote = line[place]
            case (line[place], _): quote = nil
            case (nil, UInt8(ascii: "#")): return count
            case (nil, let byte) where isSpace(byte): return count
            case (.some, UInt8(ascii: "\n")): throw LineError("a quote does not end in its line")
            case (_, let byte):
                word[count] = byte
                count += 1
            }
            place += 1
        }
        if quote != nil, !isUnfinished { throw LineError("a quote does not end in its line") }
        return count
    }

    /// Takes an escape sequence: the byte that it stands for, or nil where a line ends in it.
    private mutating func escape() -> UInt8? {
        guard !isJoint else {
            place += jointLength
            return nil
        }
        place += 1
        guard place < line.count else {
            isUnfinished = true
            return nil
        }
        let byte = line[place]
        place += 1
        switch byte {
        case UInt8(ascii: "a"): return 0x07
        case UInt8(ascii: "b"): return 0x08
        case UInt8(ascii: "f"): return 0x0C
        case UInt8(ascii: "n"): return 0x0A
        case UInt8(ascii: "r"): return 0x0D
        case UInt8(ascii: "s"): return 0x20
        case UInt8(ascii: "t"): return 0x09
        case UInt8(ascii: "0")...UInt8(ascii: "7"):
            place -= 1
            return number(digits: 3, base: 8)
        case UInt8(ascii: "x"): return number(digits: 2, base: 16)
        default: return byte
        }
    }

    private mutating func number(digits: Int, base: UInt16) -> UInt8 {
        var value: UInt16 = 0
        for _ in 0..<digits where place < line.count {
            guard let digit = Hex.value(line[place]), digit < base else { break }
            value = value * base + UInt16(digit)
            place += 1
        }
        return UInt8(truncatingIfNeeded: value)
    }

    /// A backslash and the end of a line that another was joined to.
    private var isJoint: Bool { jointLength > 0 }

    private var jointLength: Int {
        guard line[place] == UInt8(ascii: "\\"), place + 1 < line.count else { return 0 }
        if line[place + 1] == UInt8(ascii: "\n") { return 2 }
        let hasCR = line[place + 1] == UInt8(ascii: "\r") && place + 2 < line.count
        return hasCR && line[place + 2] == UInt8(ascii: "\n") ? 3 : 0
    }

    /// isspace(3) in the C locale.
    private func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
}
