import CheckpwdCore
import NIOCore
import SASL
import SMTP
import ServerSupport

// What a session asks for.
extension SessionDriver {
    /// - Returns: whether there was something to do.
    @discardableResult func act(on action: Session.Action) -> Bool {
        switch action {
        case .none: return false
        case .reply(let reply): send(reply)
        case .replyLater(let reply, let delay): pause(delay, then: reply)
        case .close(let reply): close(reply)
        case .startTLS(let reply): startTLS(reply)
        case .authenticate(let claim): check(claim)
        case .refuse(let mechanism, let login, let reason):
            tell(.rejected(reason), mechanism, login, .zero)
            act(on: session.decided(.rejected(reason)))
        case .open:
            replies.wipeAll()
            behind.open(
                MailSession(client: client, login: session.login, check: check?.ticket), on: channel.eventLoop)
        case .send(let command): behind.write(channel.allocator.buffer(bytes: command))
        case .forward(let count):
            octets += count
            behind.write(input.take(count))
        }
        if !session.wantsBehind { behind.leave(saying: session.ending == nil || session.ending == .quit) }
        return true
    }

    private func check(_ claim: Claim) {
        isChecking = true
        let (mechanism, login, start) = (claim.mechanism, claim.login, NIODeadline.now())
        let check = service.authenticator.check(claim, of: client, on: channel.eventLoop)
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

    func forgetCheck() {
        check?.forget()
        if !isChecking { check = nil }
    }

    private func tell(_ outcome: Outcome, _ mechanism: Mechanism, _ login: LoginName?, _ duration: Duration) {
        service.log.tell(outcome, mechanism, remoteHost: client.remote.address, login)
        service.meters.login(by: mechanism, outcome.verdict, took: duration)
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

    func send(_ reply: Reply) {
        guard phase == .open || phase == .silent else { return }
        channel.writeAndFlush(ByteBuffer(bytes: reply.bytes), promise: nil)
    }

    private func close(_ reply: Reply?) {
        guard phase == .open || phase == .silent else { return }
        guard let reply else { return channel.close(promise: nil) }
        part(saying: reply.bytes)
    }

    /// The client has said all that it will, and was answered.
    func finish() {
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
        guard phase == .closed, !isChecking, behind.isGone else { return }
        behind.driver = nil
        over.succeed()
    }
}
