import CheckpwdCore
import SASL

// What a command comes to that the one behind has no part in.
extension Session {
    /// No command but AUTH is longer, its end included: RFC 5321 section 4.5.3.1.4 has 512 octets, to which extensions
    /// add.
    static let commandLimit = 2048

    mutating func command(_ line: UnsafeRawBufferPointer) -> Action {
        let command = Command(line)
        if line.count + 2 > Self.commandLimit {
            guard case .auth = command else { return fault(.lineTooLong) }
        }
        switch command {
        case .ehlo(let name): return hello(line, [UInt8](line[name]), ehlo)
        case .helo(let name): return hello(line, [UInt8](line[name]), .helo(policy.hostname))
        case .noop: return behind == nil ? .reply(.ok) : follow(line, .command)
        case .rset: return behind == nil ? .reply(.ok) : follow(line, .reset(nil))
        case .help: return .reply(.help)
        case .quit: return close(.quit, .goodbye(policy.hostname))
        case .startTLS: return startTLS()
        case .auth(let mechanism, let initialResponse):
            let initialResponse = initialResponse.map { UnsafeRawBufferPointer(rebasing: line[$0]) }
            return begin(line[mechanism], initialResponse)
        case .mail(let command): return mail(command, line)
        case .notSpoken: return fault(.notSpoken)
        case .badArguments: return badArguments(line)
        case .unrecognized: return fault(.unrecognized)
        }
    }

    /// Refuses a command. Too many refused commands end the session: the client probes for faults, or is a program that
    /// speaks another protocol.
    mutating func fault(_ reply: Reply) -> Action {
        errors += 1
        return errors < policy.errors ? .reply(reply) : close(.tooManyErrors, .tooManyErrors)
    }

    private mutating func badArguments(_ line: UnsafeRawBufferPointer) -> Action {
        let words = line.split(separator: UInt8(ascii: " "))
        guard let verb = words.first, Verb(verb) == .auth, words.count > 1, let mechanism = Mechanism(name: words[1]) else {
            return fault(.badArguments)
        }
        return refuse(mechanism, nil, .malformed(.unexpectedArgument))
    }

    private mutating func hello(_ line: UnsafeRawBufferPointer, _ name: [UInt8], _ reply: Reply) -> Action {
        self.name = name
        // To the one behind it is what RSET is, and the client's new name (RFC 5321 section 4.1.4).
        return behind == nil ? .reply(reply) : follow(line, .reset(reply))
    }

    private var ehlo: Reply {
        var lines = [policy.hostname.bytes]
        switch policy.mail {
        case .refused: lines.append([UInt8]("ENHANCEDSTATUSCODES"))
        case .passed(let passing): lines += passing.offer.lines
        }
        if policy.offersTLS && !isTLS { lines.append([UInt8]("STARTTLS")) }
        let mechanisms = policy.mechanisms(isTLS: isTLS)
        if !mechanisms.isEmpty {
            lines.append([UInt8]("AUTH") + mechanisms.flatMap { [UInt8(ascii: " ")] + [UInt8]($0.name) })
        }
        return .ehlo(lines)
    }

    private mutating func startTLS() -> Action {
        guard !isTLS else { return fault(.alreadyTLS) }
        guard policy.offersTLS else { return fault(.noTLS) }
        // RFC 3207 section 4.2: nothing is known any more that came before it.
        state = .handshake
        name = nil
        login = nil
        behind = nil
        inTransaction = false
        return .startTLS(.startTLS)
    }

    /// TLS comes before anything else: `secured` is waited for.
    public mutating func beginHandshake() {
        isTLS = false
        state = .handshake
    }

    /// TLS is active. Means nothing where that was not waited for: the session may have ended during the handshake.
    public mutating func secured() {
        guard isHandshaking else { return }
        isTLS = true
        state = .command
    }

    /// The session is to end, whatever it does.
    ///
    /// - Returns: `close`, unless it has ended already; then `none`.
    public mutating func end(_ ending: Ending) -> Action {
        guard self.ending == nil else { return .none }
        let reply: Reply =
            switch ending {
            case .idle: .idle
            case .tooLong: .tooLong
            case .draining: .draining
            case .earlyTalker: .earlyTalker
            case .bareLineEnd: .bareInCommand
            case .nul: .nulInMessage
            case .tooManyFailures: .tooManyFailures
            case .tooManyErrors: .tooManyErrors
            case .quit, .clientGone, .tlsFailed: .goodbye(policy.hostname)
            case .behind: .noBehind
            }
        return close(ending, reply)
    }
}
