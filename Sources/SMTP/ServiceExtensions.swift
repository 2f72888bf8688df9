import CheckpwdCore

/// Extensions, each with its parameters, as lines of an EHLO reply: `SIZE 10240000`.
public struct ServiceExtensions: Equatable, Sendable {
    public let lines: [[UInt8]]

    public static let nothing = ServiceExtensions(lines: [])

    init(lines: [[UInt8]]) {
        self.lines = lines
    }

    /// What a server's reply to EHLO offers: every line but the first, which has its name.
    ///
    /// - Parameter reply: a whole reply with code 250.
    init(ehloReply reply: UnsafeRawBufferPointer) {
        let lines = reply.split(separator: UInt8(ascii: "\n")).dropFirst()
        self.init(lines: lines.map { Array($0.dropFirst(4).dropLast()) })
    }

    /// An administrator's list: `SIZE 10240000,8BITMIME,PIPELINING`.
    ///
    /// - Returns: nil where an item is empty, not printable, or an extension that cannot be passed on.
    public init?(list: [UInt8]) {
        let items = list.isEmpty ? [] : list.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        let offer = ServiceExtensions(lines: items.map { Array($0) })
        guard offer.passedOn == offer else { return nil }
        self = offer
    }

    /// The part of it that a client may be offered through us. Never AUTH and STARTTLS, which are ours, nor CHUNKING,
    /// which has no end of data to follow; nor anything that we have not heard of.
    public var passedOn: ServiceExtensions {
        ServiceExtensions(
            lines: lines.filter { line in
                let isKnown = Self.passable.contains { Self.keyword(line) == $0 }
                return isKnown && line.allSatisfy { (0x20...0x7E).contains($0) }
            })
    }

    private static let passable: [StaticString] = [
        "SIZE", "8BITMIME", "SMTPUTF8", "DSN", "ENHANCEDSTATUSCODES", "PIPELINING",
    ]

    /// The first word of each line that has no counterpart in another offer.
    func keywords(notIn other: ServiceExtensions) -> [[UInt8]] {
        lines.map(Self.keyword).filter { other.parameters(of: $0) == nil }
    }

    /// What follows a keyword; nil where it is not offered.
    func parameters(of keyword: [UInt8]) -> ArraySlice<UInt8>? {
        guard let line = lines.first(where: { Self.keyword($0) == keyword }) else { return nil }
        return line.dropFirst(keyword.count + 1)
    }

    func offers(_ keyword: StaticString) -> Bool {
        parameters(of: [UInt8](keyword)) != nil
    }

    /// In upper case: keywords are not case-sensitive (RFC 5321 section 4.1.1.1). Old servers write `AUTH=LOGIN`.
    private static func keyword(_ line: [UInt8]) -> [UInt8] {
        line.prefix { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "=") }.map {
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) ? $0 - 0x20 : $0
        }
    }
}
