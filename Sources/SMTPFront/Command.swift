import ByteStrings

/// One command line, understood. Arguments are places in the line, since the line is wiped and they may be secret.
enum Command: Equatable {
    case ehlo
    case helo
    case noop
    case rset
    case quit
    case auth(mechanism: Range<Int>, initialResponse: Range<Int>?)
    /// Commands of a mail server's, which this is not.
    case mail
    case startTLS
    /// A known command with arguments that it does not have, or without one that it needs.
    case badArguments
    case unrecognized

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
        case .ehlo: arguments.isEmpty ? .badArguments : .ehlo
        case .helo: arguments.isEmpty ? .badArguments : .helo
        // NOOP may have an argument, which means nothing (RFC 5321 section 4.1.1.9).
        case .noop: .noop
        case .rset: arguments.isEmpty ? .rset : .badArguments
        case .quit: arguments.isEmpty ? .quit : .badArguments
        case .auth: auth(arguments)
        case .starttls: .startTLS
        case .mail, .rcpt, .data, .bdat, .vrfy, .expn, .help, .etrn, .send, .soml, .saml, .turn, .atrn, .burl: .mail
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
