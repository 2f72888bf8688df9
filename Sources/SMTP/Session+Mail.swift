import CheckpwdCore

// What goes to the backend, and what comes back.
extension Session {
    /// A command that waits until the backend can be spoken to.
    struct Waiting {
        let line: [UInt8]
        let following: Following
    }

    /// What the reply that is waited for answers.
    enum Following {
        /// A command without consequence.
        case command
        case mail
        case data
        case endOfData
        /// What ends a transaction: RSET, or EHLO and HELO, which we answer ourselves if the backend agrees.
        case reset(Reply?)
    }

    mutating func mail(_ command: Command.Mail, _ line: UnsafeRawBufferPointer) -> Action {
        guard case .passed(let passing) = policy.mail else { return fault(.noMail) }
        guard login != nil || !policy.requiresLogin else { return fault(whatIsMissing) }
        guard name != nil else { return fault(.helloFirst) }
        switch command {
        case .question: return follow(line, .command)
        case .mail:
            if let reply = refusal(of: [UInt8](line), passing) { return .reply(reply) }
            return follow(line, .mail)
        case .rcpt: return inTransaction ? follow(line, .command) : fault(.mailFirst)
        case .data: return inTransaction ? follow(line, .data) : fault(.mailFirst)
        }
    }

    private var whatIsMissing: Reply {
        policy.offersTLS && !isTLS && policy.mechanisms(isTLS: false).isEmpty ? .mustStartTLS : .authenticationRequired
    }

    /// Why a login must not use this sender; nil where it may.
    private func refusal(of line: [UInt8], _ passing: SessionPolicy.Passing) -> Reply? {
        guard let senders = passing.senders, let login else { return nil }
        guard let sender = MailFrom.sender(line) else { return .unreadableSender }
        // A receipt, and a mail server's report, must have no sender (RFC 8098 section 3, RFC 5321 section 4.5.5). Such
        // mail names no sender, and the login is known.
        if sender.isEmpty { return nil }
        return senders.allows(sender, to: login.name.bytes) ? nil : .notOwned
    }

    mutating func follow(_ line: UnsafeRawBufferPointer, _ following: Following) -> Action {
        let waiting = Waiting(line: [UInt8](line), following: following)
        if backend != nil { return send(waiting) }
        guard case .passed(let passing) = policy.mail, let name else { preconditionFailure("mail before it may begin") }
        let xclient = XClient(address: clientAddress, login: login?.name.bytes)
        state = .opening(BackendOpening(name: name, xclient: passing.xclient ? xclient : nil), waiting)
        return .open
    }

    private mutating func send(_ waiting: Waiting) -> Action {
        state = .following(waiting.following)
        var line = waiting.line
        if case .mail = waiting.following, backend?.offers("AUTH") == false { line = MailFrom.withoutAuth(line) }
        return .send(line + [UInt8]("\r\n"))
    }

    mutating func message(
        _ bytes: UnsafeRawBufferPointer, _ scanner: DataScanner, _ consumed: inout Int
    ) -> Action {
        var scanner = scanner
        switch scanner.next(bytes) {
        case .more:
            return .none
        case .text(let count):
            state = .data(scanner)
            return .forward(count)
        case .end(let count):
            state = .following(.endOfData)
            return .forward(count)
        case .bareLineEnd:
            consumed = bytes.count
            return close(.bareLineEnd, .bareInMessage)
        case .nul:
            consumed = bytes.count
            return close(.nul, .nulInMessage)
        }
    }

    /// The backend connection failed.
    public mutating func backendFailed(_ failure: BackendFailure) -> Action {
        wantsBackend ? close(.backend(failure), .noBackend) : .none
    }

    /// - Parameters:
    ///   - bytes: what the backend sent and was not consumed.
    ///   - consumed: how many of them need not come again.
    public mutating func backend(_ bytes: UnsafeRawBufferPointer, consumed: inout Int) -> Action {
        consumed = 0
        guard wantsBackend, !bytes.isEmpty else { return .none }
        let found = ReplyScanner.next(bytes)
        switch found {
        case .nonsense: return backendFailed(.nonsense)
        case .reply(421, let count):
            // It may say so at any time (RFC 5321 section 3.8).
            guard backend != nil else { return backendFailed(.closing) }
            consumed = count
            return close(.backend(.closing), Reply(passing: UnsafeRawBufferPointer(rebasing: bytes[..<count])))
        case .more, .reply: break
        }
        switch state {
        case .opening(let opening, let waiting): return open(bytes, found, opening, waiting, &consumed)
        case .following(let following):
            guard case .reply(let code, let count) = found else { return .none }
            consumed = count
            return take(code, Reply(passing: UnsafeRawBufferPointer(rebasing: bytes[..<count])), following)
        case .command, .exchange, .deciding, .refusing, .handshake, .data, .closed:
            // Nobody asked. To take it for the answer to the next command would give every later one a wrong one.
            return backendFailed(.outOfStep)
        }
    }

    private mutating func open(
        _ bytes: UnsafeRawBufferPointer, _ found: ReplyScanner.Found, _ opening: BackendOpening, _ waiting: Waiting,
        _ consumed: inout Int
    ) -> Action {
        guard case .reply(let code, let count) = found else { return .none }
        // The next command is ours, and goes out at once: what follows this reply cannot be an answer to it.
        guard count == bytes.count else { return backendFailed(.outOfStep) }
        consumed = count
        var opening = opening
        switch opening.receive(code, bytes) {
        case .send(let command):
            state = .opening(opening, waiting)
            return .send(command)
        case .failed(let failure): return backendFailed(failure)
        case .ready(let offer):
            backend = offer
            if case .passed(let passing) = policy.mail { lacking = passing.offer.keywords(notIn: offer) }
            return send(waiting)
        }
    }

    /// The backend has answered.
    private mutating func take(_ code: Int, _ reply: Reply, _ following: Following) -> Action {
        // Only DATA has an intermediate reply, and it has no other way to say yes.
        if case .data = following {
            guard code == 354 || code >= 400 else { return backendFailed(.nonsense) }
            state = code == 354 ? .data(DataScanner()) : .command
            return .reply(reply)
        }
        guard !(300...399).contains(code) else { return backendFailed(.nonsense) }
        state = .command
        let isYes = code < 300
        switch following {
        case .command, .data: break
        case .mail: if isYes { inTransaction = true }
        case .endOfData:
            inTransaction = false
            if isYes {
                messages += 1
                errors = 0
            }
        case .reset(let ours):
            inTransaction = false
            if isYes, let ours { return .reply(ours) }
        }
        return .reply(reply)
    }
}
