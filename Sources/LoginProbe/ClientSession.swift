import CheckpwdCore
import Cryptography
import SASL

/// A client that logs in to an SMTP server and does nothing else there, without I/O: bytes of the server in, what to do
/// out.
///
/// The server speaks when it is asked, and only then: what comes early is refused, since behind STARTTLS it would be an
/// attacker's word that passes for the server's (RFC 3207 section 6).
public struct ClientSession: ~Copyable {
    private enum State {
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

    private enum Exchange {
        case plain, loginName, loginPassword, cramMD5
    }

    private let login: LoginName
    private let secret: Secret
    private let mechanism: Mechanism?
    private let security: Security
    private let hostname: [UInt8]
    private var isEncrypted: Bool
    private var state = State.greeting
    private var replies = ReplyAssembler()
    private var received = 0
    private var redaction = Redaction()
    private var transcript: [TranscriptLine] = []

    /// The most bytes that a server may send in all.
    private static let mostBytes = 256 * 1024

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
    public mutating func takeTranscript() -> [TranscriptLine] {
        defer { transcript = [] }
        return transcript
    }

    /// Takes what the server sent.
    ///
    /// - Returns: what to do, or nil where the reply has not ended.
    public mutating func receive(_ bytes: some Collection<UInt8>) -> Action? {
        received += bytes.count
        guard received <= ClientSession.mostBytes else { return finish(violation(.serverSendsWithoutEnd)) }
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
        transcript.append(TranscriptLine(.none, words))
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

    private mutating func finish(_ outcome: Failure?) -> Action {
        state = .over
        return .finish(outcome)
    }
}

extension ClientSession {
    /// How the connection is protected.
    public enum Security: Sendable {
        case none
        /// By STARTTLS, before anything else; a server that does not offer it is not logged in to.
        case startTLS
        /// From the start.
        case tls
    }

    /// A line to send, its end included. An object, so that an action is copyable: Swift 6.3's optimizer makes enums trap that
    /// are not, and have other payloads besides.
    public final class Line {
        let text: WipedText

        init(_ text: consuming WipedText) {
            self.text = text
        }
    }

    public enum Action {
        /// Send this, and hand in what comes.
        case send(Line)
        /// Begin TLS, and call `encrypted`.
        case startTLS
        /// Close the connection: the server accepted the login, or why it is not known that it would.
        case finish(Failure?)
    }
}

// The client's side of the mechanisms that `SASL` has the server's side of.
extension ClientSession {
    /// Begins an exchange.
    private mutating func begin(_ mechanism: Mechanism) -> Action {
        var line = [UInt8]("AUTH ")
        line += mechanism.name
        switch mechanism {
        case .plain:
            let message = plainMessage()
            // A longer command line need not be taken (RFC 5321 section 4.5.3.1.4).
            guard message.count * 4 / 3 + 20 <= 512 else {
                state = .challenge(.plain)
                return say(line)
            }
            state = .verdict
            redaction.add(secret)
            return say(line + [UInt8](" "), base64: message, meaning: plainMeaning)
        case .login: state = .challenge(.loginName)
        case .cramMD5: state = .challenge(.cramMD5)
        }
        return say(line)
    }

    /// Answers a challenge of an exchange.
    private mutating func answer(_ exchange: Exchange, _ reply: Reply) -> Action {
        state = .verdict
        switch exchange {
        case .plain:
            redaction.add(secret)
            return say([], base64: plainMessage(), meaning: plainMeaning)
        case .loginName:
            state = .challenge(.loginPassword)
            return say(Base64.encode(login.bytes), meaning: login.bytes)
        case .loginPassword:
            redaction.add(secret)
            return say([], base64: secret.withUnsafeBytes { Secret(copying: $0) }, meaning: [UInt8](TranscriptLine.stars))
        case .cramMD5:
            guard let challenge = ClientSession.decoded(reply.lines.last ?? []) else {
                return finish(violation(.challengeIsNoBase64))
            }
            var digest: [UInt8]
            do throws(Failure) {
                digest = try Secret(copying: challenge).withUnsafeBytes { (challenge) throws(Failure) in
                    try Digest.cramMD5.hexadecimal(challenge: challenge, secret: secret, .waived)
                }
            } catch {
                return finish(error)
            }
            defer { digest.wipe() }
            redaction.add { $0.append(digest) }
            let name = login.bytes + [UInt8](" ")
            var message = WipedText(capacity: name.count + digest.count)
            message.append(name)
            message.append(digest)
            return say(
                [], base64: message.withUnsafeBytes { Secret(copying: $0) }, meaning: name + [UInt8](TranscriptLine.stars))
        }
    }

    /// PLAIN's only message: `NUL login NUL secret` (RFC 4616 section 2).
    private func plainMessage() -> Secret {
        let name = login.bytes
        return Secret(capacity: name.count + secret.count + 2) { buffer in
            buffer[0] = 0
            UnsafeMutableRawBufferPointer(rebasing: buffer[1...]).copyBytes(from: name)
            buffer[name.count + 1] = 0
            secret.withUnsafeBytes {
                UnsafeMutableRawBufferPointer(rebasing: buffer[(name.count + 2)...]).copyMemory(from: $0)
            }
            return buffer.count
        }
    }

    private var plainMeaning: [UInt8] { [0] + login.bytes + [0] + [UInt8](TranscriptLine.stars) }
}

extension ClientSession {
    /// Sends a line with nothing secret in it.
    private mutating func say(_ line: [UInt8], meaning: [UInt8]? = nil) -> Action {
        transcript.append(TranscriptLine(.client, line, meaning: meaning))
        var text = WipedText(capacity: line.count + 2)
        text.append(line)
        text.append("\r\n")
        return .send(Line(text))
    }

    /// Sends a line that ends in a secret in base64.
    private mutating func say(_ line: [UInt8], base64 message: consuming Secret, meaning: [UInt8]) -> Action {
        transcript.append(TranscriptLine(.client, line + [UInt8](TranscriptLine.stars), meaning: meaning))
        let message = message
        redaction.add { text in message.withUnsafeBytes { text.append(base64: $0) } }
        var text = WipedText(capacity: line.count + 2 * message.count + 8)
        text.append(line)
        message.withUnsafeBytes { text.append(base64: $0) }
        text.append("\r\n")
        return .send(Line(text))
    }

    /// Shows lines of the server, without what it may have repeated.
    private mutating func show(_ lines: [[UInt8]]) {
        for line in lines {
            var meaning: [UInt8]?
            if line.starts(with: "334 ".utf8), let decoded = ClientSession.decoded(Array(line.dropFirst(4))),
                !decoded.isEmpty
            {
                meaning = redaction.apply(to: decoded)
            }
            transcript.append(TranscriptLine(.server, redaction.apply(to: line), meaning: meaning))
        }
    }

    /// The bytes of a challenge, or nil where the text is no base64.
    private static func decoded(_ text: [UInt8]) -> [UInt8]? {
        text.withUnsafeBytes { text in
            switch Base64.decode(text) {
            case .some(let bytes): bytes.withUnsafeBytes { [UInt8]($0) }
            case nil: nil
            }
        }
    }

    private func visible(_ reply: Reply) -> [UInt8] { redaction.apply(to: reply.text) }

    private func violation(_ reason: Reason) -> Failure { .temporary(Cause(reason)) }
}
