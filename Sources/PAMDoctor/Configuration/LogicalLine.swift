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

    static func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
    }
}
