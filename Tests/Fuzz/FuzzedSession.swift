import CheckpwdCore
@testable import SMTP

/// A session, both sides of it, and what must hold of each action.
struct FuzzedSession {
    private(set) var session: Session
    private(set) var toClient: [UInt8] = []
    private(set) var toBackend: [UInt8] = []
    private let policy: SessionPolicy
    private var client: [UInt8] = []
    private var backend: [UInt8] = []
    private var fromBackend: [UInt8] = []
    private var hasBackend = false
    private var isAllowed: Bool
    private var message = FollowedMessage()
    /// Lines and messages of the client that ask for a reply, and the replies.
    private var asked = 0
    private var answered = 0

    init(flags: ArraySlice<UInt8>) {
        func has(_ flag: Unicode.Scalar) -> Bool { flags.contains(UInt8(ascii: flag)) }
        var policy = SessionPolicy(hostname: Hostname([UInt8]("mail.example.com".utf8))!)
        var passing = SessionPolicy.Passing(offer: ServiceExtensions(list: [UInt8]("SIZE 1000,PIPELINING".utf8))!)
        passing.xclient = has("x")
        passing.senders = has("m") ? SenderMap() : nil
        policy.mail = .passed(passing)
        policy.requiresLogin = !has("s")
        policy.allowsPlaintext = has("p")
        policy.offersTLS = has("t")
        self.policy = policy
        isAllowed = has("s")
        session = Session(policy, clientAddress: [UInt8]("192.0.2.7".utf8), isTLS: !has("p") && !has("t")) {
            [UInt8]("<1.2@h>".utf8)
        }
    }

    mutating func clientSends(_ bytes: ArraySlice<UInt8>) throws {
        client += bytes
        try pump()
    }

    mutating func take(_ side: UInt8, _ bytes: ArraySlice<UInt8>) throws {
        switch side {
        case UInt8(ascii: "B"):
            guard hasBackend else { return }
            backend += bytes
            fromBackend += bytes
        case UInt8(ascii: "Y"), UInt8(ascii: "N"), UInt8(ascii: "T"): try decide(side)
        case UInt8(ascii: "S"):
            // It may come when nobody waits for it any more.
            if session.isHandshaking { client = [] }
            session.secured()
        case UInt8(ascii: "E"): try act { $0.backendFailed(.ended) }
        case UInt8(ascii: "I"): try act { $0.end(.idle) }
        default: return
        }
        try pump()
    }

    private mutating func decide(_ side: UInt8) throws {
        guard case .deciding = session.state else { return }
        if side == UInt8(ascii: "Y") { isAllowed = true }
        try act {
            switch side {
            case UInt8(ascii: "Y"): $0.decided(.accepted)
            case UInt8(ascii: "N"): $0.decided(.rejected(.exitStatus(1)))
            default: $0.decided(.temporary(.exitStatus(111)))
            }
        }
    }

    private mutating func act(_ body: (inout Session) -> Session.Action) throws {
        let action = body(&session)
        _ = try take(action)
    }

    private mutating func pump() throws {
        while try step() {}
    }

    private mutating func step() throws -> Bool {
        if hasBackend, !backend.isEmpty {
            var consumed = 0
            var action = Session.Action.none
            backend.withUnsafeBytes { action = session.backend($0, consumed: &consumed) }
            backend.removeFirst(consumed)
            if try take(action) || consumed > 0 { return true }
        }
        guard session.wantsClient, !client.isEmpty else { return false }
        try require(answered == asked || session.endReason != nil, "the next command is looked at before a reply")
        var consumed = 0
        var action = Session.Action.none
        client.withUnsafeBytes { action = session.client($0, consumed: &consumed) }
        if session.endReason != .bareLineEnd, session.endReason != .nul, client.prefix(consumed).last == UInt8(ascii: "\n") { asked += 1 }
        client.removeFirst(consumed)
        return try take(action) || consumed > 0
    }

    private mutating func take(_ action: Session.Action) throws -> Bool {
        switch action {
        case .none: return false
        case .reply(let reply): try say(reply)
        case .replyLater(let reply, _): try say(reply)
        case .close(let reply):
            try require(session.endReason != nil, "closed, and not over")
            toClient += reply?.bytes ?? []
        case .startTLS(let reply):
            try say(reply)
            client = []
        case .authenticate(let attempt):
            try require(session.isTLS || policy.allowsPlaintext || attempt.challenge != nil, "a password without TLS")
        case .refuse(_, _, let reason): try act { $0.decided(.rejected(reason)) }
        case .open:
            hasBackend = true
            backend = []
        case .send(let command):
            try require(isAllowed, "mail before it is allowed")
            try require(command.suffix(2) == [13, 10], "a command without end")
            try require(command.dropLast(2).allSatisfy { $0 >= 0x20 && $0 != 0x7F }, "a command with control bytes")
            try require(!message.isOpen, "a command inside a message")
            try require(backend.isEmpty, "a command that an earlier reply might be taken to answer")
            toBackend += command
        case .forward(let count):
            let bytes = client.prefix(count)
            if try message.take(bytes) { asked += 1 }
            toBackend += bytes
            client.removeFirst(count)
        }
        if case .handshake = session.state { isAllowed = !policy.requiresLogin }
        if hasBackend, !session.wantsBackend {
            hasBackend = false
            message = FollowedMessage()
        }
        return true
    }

    private mutating func say(_ reply: Reply) throws {
        try require(session.endReason == nil, "a reply after the end")
        answered += 1
        try require(answered <= asked, "\(answered) replies to \(asked) commands")
        toClient += reply.bytes
        if case .data = session.state { message.begin() }
        guard !reply.bytes.isEmpty, !fromBackend.contains(reply.bytes) else { return }
        // None of our words has this byte: where it stands, a client's were given back.
        try require(!reply.bytes.contains(UInt8(ascii: "~")), "a reply that has something of the client's")
    }
}

/// A message as the laxest reader might see it, byte for byte.
private struct FollowedMessage {
    private(set) var isOpen = false
    /// The last five bytes; DATA's own line end counts.
    private var last: [UInt8] = []

    mutating func begin() {
        isOpen = true
        last = [13, 10]
    }

    /// - Returns: whether it came to its end.
    mutating func take(_ bytes: ArraySlice<UInt8>) throws -> Bool {
        for byte in bytes {
            try require(isOpen, "something after the end of a message")
            try require(byte != 0, "a NUL was passed on")
            try require((last.last == 13) == (byte == 10), "a bare line end was passed on")
            last = last.suffix(4) + [byte]
            if last == [13, 10, 46, 13, 10] { isOpen = false }
        }
        try require(bytes.last != 13, "a CR was passed on before its LF")
        return !isOpen
    }
}
