import CheckpwdCore
import SASL

/// A client that logs in to an SMTP server and does nothing else there, without I/O: bytes of the server in, what to do
/// out.
///
/// The server speaks when it is asked, and only then: what comes early is refused, since behind STARTTLS it would be an
/// attacker's word that passes for the server's (RFC 3207 section 6).
public struct Dialogue: ~Copyable {
    enum State {
        case greeting
        case ehlo
        case startTLS
        case handshake
        /// A mechanism's next challenge.
        case challenge(Exchange)
        case verdict
        case goodbye(Failure?)
        case over
    }

    enum Exchange {
        case plain, loginName, loginPassword, cramMD5
    }

    let login: LoginName
    let secret: Secret
    private let mechanism: Mechanism?
    private let security: Security
    private let hostname: [UInt8]
    private var isEncrypted: Bool
    var state = State.greeting
    private var replies = ReplyAssembler()
    private var received = 0
    var redaction = Redaction()
    var spoken: [Spoken] = []

    /// The most bytes that a server may send in all.
    static let mostBytes = 256 * 1024

    /// - Parameters:
    ///   - mechanism: nil for one that the server offers and that suits the connection: over TLS, PLAIN, LOGIN or CRAM-MD5;
    ///     without, CRAM-MD5 alone, which keeps the secret.
    ///   - hostname: what EHLO says.
    public init(
        login: LoginName, secret: consuming Secret, mechanism: Mechanism?, security: Security, hostname: [UInt8]
    ) {
        self.login = login
        self.secret = secret
        self.mechanism = mechanism
        self.security = security
        self.hostname = hostname
        isEncrypted = security == .tls
    }

    /// What was said since the last call.
    public mutating func takeSpoken() -> [Spoken] {
        defer { spoken = [] }
        return spoken
    }

    /// Takes what the server sent.
    ///
    /// - Returns: what to do, or nil where the reply has not ended.
    public mutating func receive(_ bytes: some Collection<UInt8>) -> Action? {
        received += bytes.count
        guard received <= Dialogue.mostBytes else { return finish(violation(.serverSendsWithoutEnd)) }
        replies.append(bytes)
        var lines: [[UInt8]] = []
        let reply: Reply?
        do throws(ReplyAssembler.Violation) {
            reply = try replies.next { lines.append($0) }
        } catch {
            show(lines)
            return finish(violation(error.reason))
        }
        show(lines)
        guard let reply else { return nil }
        // After the verdict nothing is said that could be mistaken for something.
        if case .goodbye = state { return act(on: reply) }
        guard replies.isEmpty else { return finish(violation(.serverSpeaksBeforeItIsAsked)) }
        return act(on: reply)
    }

    /// TLS has begun.
    ///
    /// - Parameter words: its version and how the server is known, for the reader.
    public mutating func encrypted(_ words: [UInt8]) -> Action? {
        isEncrypted = true
        spoken.append(Spoken(.none, words))
        guard case .handshake = state else { return nil }
        // What the server said before is forgotten (RFC 3207 section 4.2).
        return ehlo()
    }

    /// Whether all is known, and only the server's goodbye is waited for.
    public var isSettled: Bool {
        if case .goodbye = state { true } else { false }
    }

    /// The connection is no more.
    ///
    /// - Parameter reason: why it is not known whether the login would be accepted, where it is not.
    /// - Returns: nil where the server accepted it.
    public func closed(_ reason: Cause = Cause(.serverClosedTheConnection)) -> Failure? {
        if case .goodbye(let outcome) = state { outcome } else { .temporary(reason) }
    }

    private mutating func act(on reply: Reply) -> Action {
        if case .goodbye(let outcome) = state { return finish(outcome) }
        switch (state, reply.kind) {
        case (.greeting, .positive): return ehlo()
        case (.ehlo, .positive): return proceed(reply)
        case (.startTLS, .positive):
            state = .handshake
            return .startTLS
        case (.challenge(let exchange), .intermediate): return answer(exchange, reply)
        case (.verdict, .positive): return quit(nil)
        case (.challenge, .positive), (.verdict, .intermediate): return finish(violation(.serverAnswersOutOfTurn))
        case (_, .temporary): return quit(.temporary(Cause(.serverCannotSayNow, about: visible(reply))))
        case (.challenge, .permanent), (.verdict, .permanent):
            return quit(.rejected(Cause(.serverRefusedTheLogin, about: visible(reply))))
        case (_, .permanent): return quit(.rejected(Cause(.serverRefused, about: visible(reply))))
        default: return finish(violation(.serverAnswersOutOfTurn))
        }
    }

    private mutating func ehlo() -> Action {
        state = .ehlo
        return say([UInt8]("EHLO ") + hostname)
    }

    /// After the reply to EHLO.
    private mutating func proceed(_ reply: Reply) -> Action {
        if security == .startTLS, !isEncrypted {
            guard reply.parameters(of: "STARTTLS") != nil else {
                return quit(
                    .rejected(
                        Cause(
                            .starttlsNotOffered, remedy: "nothing was sent in the clear; somebody may stand between")
                    ))
            }
            state = .startTLS
            return say([UInt8]("STARTTLS"))
        }
        let offered = (reply.parameters(of: "AUTH") ?? []).compactMap { Mechanism(name: $0) }
        guard !offered.isEmpty else {
            return quit(.rejected(Cause(.authNotOffered, remedy: isEncrypted ? "" : "try --starttls")))
        }
        if let mechanism {
            guard offered.contains(mechanism) else {
                return quit(.rejected(Cause(.mechanismNotOffered, about: [UInt8](mechanism.name))))
            }
            return begin(mechanism)
        }
        let suitable: [Mechanism] = isEncrypted ? [.plain, .login, .cramMD5] : [.cramMD5]
        guard let chosen = suitable.first(where: offered.contains) else {
            return quit(
                .rejected(
                    Cause(
                        .noMechanismThatKeepsTheSecretIsOffered,
                        remedy: "use --starttls or --tls, or name the mechanism with --mechanism")))
        }
        return begin(chosen)
    }

    private mutating func quit(_ outcome: Failure?) -> Action {
        state = .goodbye(outcome)
        return say([UInt8]("QUIT"))
    }

    mutating func finish(_ outcome: Failure?) -> Action {
        state = .over
        return .finish(outcome)
    }
}
