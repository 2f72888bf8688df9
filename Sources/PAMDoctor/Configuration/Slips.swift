import CheckpwdCore

/// What was meant, where a word is none of those that PAM knows.
extension Reader {
    static func nearest(_ word: String) -> String? {
        closest(word, to: Kind.allCases.map(\.rawValue) + ["@include"])
    }

    static func nearestControl(_ word: String) -> String? {
        if word.contains("=") {
            // Pairs that lack their brackets are read to the first blank.
            return nil
        }
        return closest(word, to: ["required", "requisite", "sufficient", "optional", "include", "substack"])
    }

    /// The only word that is at most two letters away.
    static func closest(_ word: String, to words: [String]) -> String? {
        let near = words.map { ($0, editDistance(Array(word.lowercased().utf8.prefix(20)), Array($0.utf8))) }.filter { $0.1 <= 2 }
        guard let best = near.map(\.1).min() else { return nil }
        let candidates = near.filter { $0.1 == best }
        return candidates.count == 1 ? candidates[0].0 : nil
    }

    /// Bytes that are seen by PAM and by nobody else.
    mutating func lookAtBytes(_ text: [UInt8], _ path: String) {
        for (index, line) in text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
            let code = line.drop(while: LogicalLine.isBlank)
            guard let first = code.first, first != UInt8(ascii: "#") else { continue }
            let place = Place(path, index + 1)
            if code.contains(UInt8(ascii: "\r")) {
                note(
                    .broken, place, "line ends in a carriage return",
                    "PAM takes it for a part of the last word: a module of that name is not found.", run: ["sed -i 's/\\r$//' \(path)"])
                return
            }
            if code.contains(0) {
                note(.broken, place, "NUL byte", "PAM reads the line only up to it.")
                return
            }
            if code.prefix(while: { $0 != UInt8(ascii: "#") }).contains(where: { $0 >= 0x80 }) {
                note(.warning, place, "bytes that are not ASCII", "A blank that is none, or a typographical quote, is a part of its word to PAM.")
            }
        }
    }
}

extension LogicalLine {
    var string: String { String(decoding: text, as: UTF8.self) }
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
