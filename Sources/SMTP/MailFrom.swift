import CheckpwdCore

/// `MAIL FROM:<sender> [parameters]`, read as narrowly as somebody must who decides by it.
enum MailFrom {
    /// The sender, without angle brackets.
    ///
    /// - Returns: nil unless what stands there can be read in one way only: no quotes, no source route, no bracket or
    ///   blank inside, and after it nothing but parameters. Blanks after the colon are against RFC 5321 section 3.3, and
    ///   every server and many a client has them.
    static func sender(_ line: [UInt8]) -> [UInt8]? {
        let line = withoutAuth(line)
        let prefix = [UInt8]("MAIL FROM:")
        guard line.count > prefix.count,
            zip(line, prefix).allSatisfy({ $0 == $1 || (0x61...0x7A).contains($0) && $0 - 0x20 == $1 }),
            let start = line[prefix.count...].firstIndex(where: { $0 != UInt8(ascii: " ") }),
            line[start] == UInt8(ascii: "<"), let end = line[start...].firstIndex(of: UInt8(ascii: ">"))
        else { return nil }
        let sender = line[(start + 1)..<end]
        let rest = line[(end + 1)...]
        guard sender.allSatisfy({ $0 > 0x20 && $0 != 0x7F && ![UInt8]("<\"\\,:").contains($0) }),
            rest.isEmpty || rest.first == UInt8(ascii: " "),
            !rest.contains(where: { $0 == UInt8(ascii: "<") || $0 == UInt8(ascii: ">") })
        else { return nil }
        return Array(sender)
    }

    /// The line without its AUTH= parameter (RFC 4954 section 5), for a server that does not offer AUTH.
    static func withoutAuth(_ line: [UInt8]) -> [UInt8] {
        let end = pathEnd(line)
        let words = line[end...].split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        let kept = words.filter { word in
            !word.prefix(5).elementsEqual([UInt8]("AUTH=")) { $0 == $1 || $0 == $1 | 0x20 }
        }
        // Where there is none, not a blank is touched: what we do not understand passes as it is.
        return kept.count == words.count ? line : line[..<end] + Array(kept.joined(separator: [UInt8(ascii: " ")]))
    }

    /// Where the path ends and parameters begin: after the bracket that closes it, outside quotes; where there is no
    /// bracket, after the first word that is not empty.
    private static func pathEnd(_ line: [UInt8]) -> Int {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return line.count }
        var place = line[(colon + 1)...].firstIndex { $0 != UInt8(ascii: " ") } ?? line.count
        guard place < line.count, line[place] == UInt8(ascii: "<") else {
            return line[place...].firstIndex(of: UInt8(ascii: " ")) ?? line.count
        }
        var isQuoted = false
        while place < line.count {
            switch line[place] {
            case UInt8(ascii: "\\") where isQuoted: place += 1
            case UInt8(ascii: "\""): isQuoted.toggle()
            case UInt8(ascii: ">") where !isQuoted: return place + 1
            default: break
            }
            place += 1
        }
        return line.count
    }
}
