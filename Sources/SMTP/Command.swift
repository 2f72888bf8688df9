import CheckpwdCore

/// One command line, understood. Arguments are places in the line, since the line is wiped and they may be secret.
enum Command: Equatable {
    case ehlo(name: Range<Int>)
    case helo(name: Range<Int>)
    case noop
    case rset
    case quit
    case help
    case auth(mechanism: Range<Int>, initialResponse: Range<Int>?)
    case startTLS
    /// What whoever takes the mail answers.
    case mail(Mail)
    /// A command of SMTP's that is not spoken here.
    case notSpoken
    /// A known command with arguments that it does not have, or without one that it needs.
    case badArguments
    case unrecognized

    enum Mail: Equatable {
        case mail
        case rcpt
        case data
        /// VRFY or EXPN: no part of a transaction.
        case question
    }

    /// - Parameter line: a line without its end.
    init(_ line: UnsafeRawBufferPointer) {
        // RFC 5321 section 4.1.1 allows neither control bytes nor NUL in any command.
        guard line.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            self = .unrecognized
            return
        }
        let words = line.split(separator: UInt8(ascii: " ")).map { $0.startIndex..<$0.endIndex }
        guard let verb = words.first, verb.lowerBound == 0 else {
            self = .unrecognized
            return
        }
        self = Self.command(Verb(line[verb]), Array(words.dropFirst()))
    }

    private static func command(_ verb: Verb?, _ arguments: [Range<Int>]) -> Command {
        switch verb {
        case .ehlo: arguments.first.map { .ehlo(name: $0) } ?? .badArguments
        case .helo: arguments.first.map { .helo(name: $0) } ?? .badArguments
        // NOOP may have an argument, which means nothing (RFC 5321 section 4.1.1.9).
        case .noop: .noop
        case .rset: arguments.isEmpty ? .rset : .badArguments
        case .quit: arguments.isEmpty ? .quit : .badArguments
        case .help: .help
        case .auth: auth(arguments)
        // RFC 3207 section 4: no parameters.
        case .starttls: arguments.isEmpty ? .startTLS : .badArguments
        case .mail: arguments.isEmpty ? .badArguments : .mail(.mail)
        case .rcpt: arguments.isEmpty ? .badArguments : .mail(.rcpt)
        case .data: arguments.isEmpty ? .mail(.data) : .badArguments
        case .vrfy, .expn: arguments.isEmpty ? .badArguments : .mail(.question)
        case .bdat, .etrn, .send, .soml, .saml, .turn, .atrn, .burl: .notSpoken
        case nil: .unrecognized
        }
    }

    /// `AUTH mechanism [initial-response]` (RFC 4954 section 4).
    private static func auth(_ arguments: [Range<Int>]) -> Command {
        switch arguments.count {
        case 1: .auth(mechanism: arguments[0], initialResponse: nil)
        case 2: .auth(mechanism: arguments[0], initialResponse: arguments[1])
        default: .badArguments
        }
    }
}

/// The first word of a command line.
enum Verb: String, CaseIterable {
    case ehlo, helo, noop, rset, quit, auth, starttls, help
    case mail, rcpt, data, vrfy, expn
    /// Known, and not spoken here: BDAT is CHUNKING, which is never offered.
    case bdat, etrn, send, soml, saml, turn, atrn, burl

    /// - Parameter word: in upper or lower case (RFC 5321 section 2.4). It is compared where it is, not copied: a client
    ///   out of step may have sent a password.
    init?(_ word: Slice<UnsafeRawBufferPointer>) {
        guard let verb = Self.allCases.first(where: { $0.matches(word) }) else { return nil }
        self = verb
    }

    private func matches(_ word: Slice<UnsafeRawBufferPointer>) -> Bool {
        // Names here are letters, and 0x20 is what sets a lower-case letter apart from its capital.
        word.elementsEqual(rawValue.utf8) { $0 | 0x20 == $1 }
    }
}

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
