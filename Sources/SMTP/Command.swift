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
