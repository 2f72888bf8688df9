import CheckpwdCore
import Glibc
import NIOCore
import NIOSSL
import SASL
import SMTP
import ServerSupport

/// Does what a session says: moves bytes between the client's channel and the backend, never more of them than the
/// other side takes. What they mean, the session knows.
///
/// It asks for input only when the session has nothing left to do, so neither channel must read by itself. Everything
/// happens on the client's event loop.
final class SessionDriver {
    let service: SMTPService
    private var session: Session
    private let client: Client
    let channel: any Channel
    private let socket: ClientSocket
    /// Whether TLS comes before anything else.
    private let wrapsTLS: Bool
    private let backend: BackendLink

    private var input = InputBuffer()
    private var replies = InputBuffer()
    private var octets = 0

    /// How far the client's channel is.
    private enum Phase {
        /// Not greeted.
        case silent
        case open
        /// The last reply is on its way; what still comes in is not looked at.
        case closing
        /// It was taken; the client is to close the connection.
        case parting
        case closed
    }

    private var phase = Phase.silent
    private var hasInputEnded = false
    private var isChecking = false
    /// What is being checked, and then, what the client has logged in by.
    private var check: PendingCheck?
    /// Whether the connection came about; otherwise there is nothing to tell of it.
    private var hasBegun = false
    private var isPaused = false
    private var isProceeding = false
    private let clock: SessionClock
    /// Kept when nothing more can happen: the channel is closed, no auth command runs, and the backend is gone.
    private let over: EventLoopPromise<Void>

    init(
        _ service: SMTPService, _ channel: any Channel, _ socket: ClientSocket = .ofChannel, client: Client, wrapsTLS: Bool,
        over: EventLoopPromise<Void>
    ) {
        let policy = service.currentPolicy
        self.service = service
        self.channel = channel
        self.socket = socket
        self.client = client
        self.over = over
        let host = policy.hostname.bytes
        session = Session(policy, clientAddress: client.remote.address, isTLS: false) {
            Challenge.make(time: time(nil), host: host)
        }
        self.wrapsTLS = wrapsTLS
        if wrapsTLS { session.beginHandshake() }
        backend = BackendLink(service.backend, patience: service.timeouts.closing)
        clock = SessionClock(channel.eventLoop, service.timeouts)
        backend.driver = self
        clock.driver = self
    }

    // What happens to the client's channel.

    func began() {
        hasBegun = true
        service.metrics.sessionBegan()
        clock.start()
    }

    func greet() {
        guard phase == .silent else { return }
        phase = .open
        send(session.greeting)
        proceed()
    }

    func received(_ bytes: ByteBuffer) {
        clock.heard()
        input.append(bytes, channel.allocator)
        switch phase {
        case .silent:
            service.metrics.refused(.earlyTalker)
            end(.earlyTalker)
        case .open: break
        case .closing, .parting, .closed: input.wipeAll()
        }
    }

    func inputEnded() {
        hasInputEnded = true
        if phase == .parting { channel.close(promise: nil) } else { proceed() }
    }

    func failed(_ error: any Error) {
        switch error {
        // It closed the connection without saying so to TLS, as many clients do.
        case NIOSSLError.uncleanShutdown: break
        case is NIOSSLError, is BoringSSLError: _ = session.end(.tlsFailed(TLSFailure(error, wrapsTLS: wrapsTLS)))
        default: break
        }
    }

    func secured() {
        socket.acknowledge(channel)
        session.secured()
        proceed()
    }

    func closed() {
        guard phase != .closed else { return }
        phase = .closed
        clock.stop()
        _ = session.end(.clientGone)
        input.wipeAll()
        backend.leave(saying: session.endReason == .quit)
        forgetCheck()
        if hasBegun {
            service.log.tell(
                SessionRecord(session: session, rhost: client.remote.address, proxy: client.proxy, octets: octets))
            service.metrics.sessionEnded()
        }
        tellIfOver()
    }

    // What happens to the backend.

    func replied(_ bytes: ByteBuffer) {
        clock.heard()
        replies.append(bytes, channel.allocator)
    }

    func backendIsGone(_ failure: BackendFailure) {
        // What it said before that counts: often it is why.
        proceed()
        if session.wantsBackend { act(on: session.backendFailed(failure)) }
        tellIfOver()
    }

    func backendIsSilent() {
        act(on: session.backendFailed(.silent))
    }

    /// The session is to end, whatever it does.
    func end(_ endReason: EndReason) {
        let isLate = session.isHandshaking && (endReason == .idle || endReason == .tooLong)
        act(on: session.end(isLate ? .tlsFailed(TLSFailure(.timeout)) : endReason))
    }

    /// Who has to do something before the session can go on.
    enum Awaited {
        case client
        case backend
        /// The auth command, or a pause: each has a limit of its own.
        case ourselves
    }

    var awaited: Awaited {
        if isChecking || isPaused { return .ourselves }
        // Who does not read what it is told holds up everything else.
        guard channel.isWritable else { return .client }
        return session.wantsReply || !backend.isWritable ? .backend : .client
    }

    /// Gives the session what is there, as long as it takes it, then asks for more.
    func proceed() {
        guard !isProceeding else { return }
        isProceeding = true
        defer { isProceeding = false }
        while phase == .open, !isPaused, channel.isWritable, step() {}
        if phase == .open, channel.isWritable, replies.count <= Session.longestReply { backend.read() }
    }

    private func step() -> Bool {
        if replies.count > 0 {
            var consumed = 0
            let action = replies.withBytes { session.backend($0, consumed: &consumed) }
            replies.wipe(consumed)
            if act(on: action) || consumed > 0 { return true }
        }
        guard session.wantsClient, backend.isWritable else { return false }
        if input.count > 0 {
            var consumed = 0
            let action = input.withBytes { session.client($0, consumed: &consumed) }
            input.wipe(consumed)
            if act(on: action) || consumed > 0 { return true }
        }
        if hasInputEnded { finish() } else { channel.read() }
        return false
    }
}

// What a session asks for.
extension SessionDriver {
    /// - Returns: whether there was something to do.
    @discardableResult private func act(on action: Session.Action) -> Bool {
        switch action {
        case .none: return false
        case .reply(let reply): send(reply)
        case .replyLater(let reply, let delay): pause(delay, then: reply)
        case .close(let reply): close(reply)
        case .startTLS(let reply): startTLS(reply)
        case .authenticate(let attempt): check(attempt)
        case .refuse(let mechanism, let login, let reason):
            tell(.rejected(reason), mechanism, login, .zero)
            act(on: session.decided(.rejected(reason)))
        case .open:
            replies.wipeAll()
            backend.open(
                MailSession(client: client, login: session.login, check: check?.ticket), on: channel.eventLoop)
        case .send(let command): backend.write(channel.allocator.buffer(bytes: command))
        case .forward(let count):
            octets += count
            backend.write(input.take(count))
        }
        if !session.wantsBackend { backend.leave(saying: session.endReason == nil || session.endReason == .quit) }
        return true
    }

    private func check(_ attempt: AuthenticationAttempt) {
        isChecking = true
        let (mechanism, login, start) = (attempt.mechanism, attempt.login, NIODeadline.now())
        let check = service.authenticator.check(attempt, of: client, on: channel.eventLoop)
        self.check = check
        check.outcome.assumeIsolated().whenComplete { result in
            let outcome = (try? result.get()) ?? .temporary(.exitStatus(-1))
            self.isChecking = false
            self.clock.heard()
            // A check whose client left before its turn came was no login.
            if self.phase != .closed || outcome != .temporary(.busy) {
                self.tell(outcome, mechanism, login, .nanoseconds((NIODeadline.now() - start).nanoseconds))
            }
            self.act(on: self.session.decided(outcome))
            // Only an accepted one is kept in the books; one that was accepted too late is not relied on.
            if outcome != .accepted {
                self.check = nil
            } else if self.session.login == nil || self.phase == .closed {
                self.forgetCheck()
            }
            self.proceed()
            self.tellIfOver()
        }
    }

    private func forgetCheck() {
        check?.forget()
        if !isChecking { check = nil }
    }

    private func tell(_ outcome: AuthResult, _ mechanism: Mechanism, _ login: LoginName?, _ duration: Duration) {
        service.log.tell(outcome, mechanism, remoteHost: client.remote.address, login)
        service.metrics.login(by: mechanism, outcome.verdict, took: duration)
    }

    private func pause(_ delay: Duration, then reply: Reply) {
        isPaused = true
        let amount = TimeAmount.nanoseconds(
            delay.components.seconds * 1_000_000_000 + delay.components.attoseconds / 1_000_000_000)
        channel.eventLoop.assumeIsolated().scheduleTask(in: amount) {
            self.isPaused = false
            guard self.phase == .open else { return }
            self.send(reply)
            self.proceed()
        }
    }

    private func startTLS(_ reply: Reply) {
        forgetCheck()
        channel.writeAndFlush(ByteBuffer(bytes: reply.bytes)).assumeIsolated().whenSuccess {
            // RFC 3207 section 4.2: nothing that came before the handshake counts, in the same packet neither.
            self.input.wipeAll()
            // The session may have ended before the client took our reply.
            guard self.session.isHandshaking, let tls = self.service.tls else { return }
            guard !self.hasInputEnded else { return self.channel.close(promise: nil) }
            do {
                try self.channel.pipeline.syncOperations.addHandler(tls.makeHandler(), position: .first)
                self.channel.read()
            } catch {
                self.channel.close(promise: nil)
            }
        }
    }

    private func send(_ reply: Reply) {
        guard phase == .open || phase == .silent else { return }
        channel.writeAndFlush(ByteBuffer(bytes: reply.bytes), promise: nil)
    }

    private func close(_ reply: Reply?) {
        guard phase == .open || phase == .silent else { return }
        guard let reply else { return channel.close(promise: nil) }
        part(saying: reply.bytes)
    }

    /// The client has said all that it will, and was answered.
    private func finish() {
        _ = session.end(.clientGone)
        part(saying: [])
    }

    /// Closes the connection as soon as the client has taken everything, these last words too.
    private func part(saying words: [UInt8]) {
        phase = .closing
        input.wipeAll()
        clock.startClosing()
        channel.writeAndFlush(ByteBuffer(bytes: words)).assumeIsolated().whenComplete { _ in
            guard self.phase == .closing else { return }
            self.phase = .parting
            // Were it closed while something of the client's is unread, the kernel would reset the connection, and the
            // reply might be lost with it.
            guard !self.hasInputEnded else { return self.channel.close(promise: nil) }
            self.channel.close(mode: .output, promise: nil)
            self.channel.setOption(.autoRead, value: true).assumeIsolated().whenComplete { _ in self.channel.read() }
        }
    }

    func tellIfOver() {
        guard phase == .closed, !isChecking, backend.isGone else { return }
        backend.driver = nil
        over.succeed()
    }
}
