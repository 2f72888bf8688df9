import CheckpwdCore
import SASL
@testable import SMTP
import TestSupport

/// A session with what a driver does around it: bytes on either side in, what comes of them as lines a test can compare.
///
/// - `S text`: to the client, CRLF as `|` but for the last
/// - `F text`: to the backend, the same
/// - `open`, `leave`: the way to the backend
/// - `ask mechanism login response`, `refuse mechanism login reason` (`-` for a login that is not known), `pause seconds`, `tls`, `over endReason`
struct Dialogue {
    private(set) var session: Session
    private var client: [UInt8] = []
    private var backend: [UInt8] = []
    private var hasBackend = false
    private(set) var events: [String] = []
    /// All that went either way.
    private(set) var toBackend: [UInt8] = []
    private(set) var toClient: [UInt8] = []

    init(_ policy: SessionPolicy = Dialogue.policy, isTLS: Bool = true) {
        session = Session(policy, clientAddress: Array("192.0.2.7".utf8), isTLS: isTLS) {
            Array("<20137.1267585100@indimail.org>".utf8)
        }
    }

    static let hostname = Hostname(Array("mail.example.com".utf8))!

    /// Mail is passed on, after a login.
    static var policy: SessionPolicy {
        var policy = SessionPolicy(hostname: hostname)
        policy.mail = .passed(SessionPolicy.Passing(offer: ServiceExtensions(list: Array("SIZE 1000,8BITMIME".utf8))!))
        return policy
    }

    mutating func clientSends(_ bytes: some Sequence<UInt8>) -> [String] {
        client += bytes
        return pump()
    }

    mutating func backendSends(_ bytes: some Sequence<UInt8>) -> [String] {
        backend += bytes
        return pump()
    }

    mutating func backendEnds(_ failure: BackendFailure) -> [String] { act { $0.backendFailed(failure) } }
    mutating func decide(_ outcome: AuthResult) -> [String] { act { $0.decided(outcome) } }
    mutating func end(_ endReason: EndReason) -> [String] { act { $0.end(endReason) } }

    mutating func secure() -> [String] {
        if session.isHandshaking { client = [] }
        session.secured()
        return pump()
    }

    private mutating func act(_ body: (inout Session) -> Session.Action) -> [String] {
        let action = body(&session)
        take(action)
        return pump()
    }

    private mutating func pump() -> [String] {
        while step() {}
        defer { events = [] }
        return events
    }

    private mutating func step() -> Bool {
        if hasBackend, !backend.isEmpty {
            var consumed = 0
            var action = Session.Action.none
            backend.withUnsafeBytes { action = session.backend($0, consumed: &consumed) }
            backend.removeFirst(consumed)
            if take(action) || consumed > 0 { return true }
        }
        guard session.wantsClient, !client.isEmpty else { return false }
        var consumed = 0
        var action = Session.Action.none
        client.withUnsafeBytes { action = session.client($0, consumed: &consumed) }
        client.removeFirst(consumed)
        return take(action) || consumed > 0
    }

    @discardableResult private mutating func take(_ action: Session.Action) -> Bool {
        switch action {
        case .none: return false
        case .reply(let reply): say(reply)
        case .replyLater(let reply, let delay):
            events.append("pause \(delay.components.seconds)")
            say(reply)
        case .close(let reply): if let reply { say(reply) }
        case .startTLS(let reply):
            say(reply)
            events.append("tls")
            client = []
        case .authenticate(let attempt):
            events.append("ask \(attempt.mechanism.name) \(text(attempt.login.bytes)) \(text(attempt.response))")
        case .refuse(let mechanism, let login, let reason):
            events.append("refuse \(mechanism.name) \(login.map { text($0.bytes) } ?? "-") \(reason.words)")
            let action = session.decided(.rejected(reason))
            take(action)
        case .open:
            events.append("open")
            backend = []
            hasBackend = true
        case .send(let command): pass(command)
        case .forward(let count):
            pass(Array(client.prefix(count)))
            client.removeFirst(count)
        }
        if hasBackend, !session.wantsBackend {
            hasBackend = false
            events.append("leave")
        }
        if let endReason = session.endReason, events.last?.hasPrefix("over") != true { events.append("over \(endReason.words)") }
        return true
    }

    private mutating func say(_ reply: Reply) {
        toClient += reply.bytes
        events.append("S " + Self.shown(reply.bytes))
    }

    private mutating func pass(_ bytes: [UInt8]) {
        toBackend += bytes
        events.append("F " + Self.shown(bytes))
    }

    private static func shown(_ bytes: [UInt8]) -> String {
        let lines = text(bytes).split(separator: "\r\n", omittingEmptySubsequences: false).joined(separator: "|")
        return lines.hasSuffix("|") ? String(lines.dropLast()) : lines + "…"
    }
}
