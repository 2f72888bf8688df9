import CLibc
import CSeparation
import CheckpwdCore
import Glibc
import Logging

/// The privileged process. It starts programs for the network process, passes signals on to it, and trusts it with
/// nothing: one loop around poll(2), no SMTP, no network.
public final class Parent {
    typealias Instant = ContinuousClock.Instant

    let configuration: ParentConfiguration
    let launcher: Launcher
    private let socket: MessageSocket
    private let network: pid_t
    private let logger: Logger
    private let supervision: Supervision
    private let reload: () -> [OutgoingMessage]

    private let signals: FileDescriptor
    var sendQueue: SendQueue
    var children: Children
    private var checkQueue: CheckQueue
    private var authenticated: AuthenticatedLogins
    private var workers: WorkerPool
    var phase = Phase.serving
    /// The process that lists mechanisms, while it runs.
    var listing: ListingProcess?
    var isListingStale = false
    /// Messages that wait until it has ended.
    var held: [OutgoingMessage] = []
    let offer: (MechanismListing) -> [UInt8]
    private var isReady = false
    private let ready: () -> Void

    /// - Parameters:
    ///   - child: the network process, with its end of the message pair.
    ///   - messages: what it needs before it can begin; sent first.
    ///   - offer: says what is offered after the auth command has listed mechanisms: names joined by commas.
    ///   - reload: reads anew what SIGHUP asks for, and says itself what cannot be read.
    ///   - ready: called once, as soon as clients are served.
    public init(
        of child: consuming NetworkChild, _ configuration: ParentConfiguration, messages: [OutgoingMessage], logger: Logger, supervision: Supervision,
        offer: @escaping (MechanismListing) -> [UInt8] = { _ in [] }, reload: @escaping () -> [OutgoingMessage],
        ready: @escaping () -> Void
    ) throws(Failure) {
        do throws(Launcher.Failed) {
            launcher = try Launcher(configuration)
        } catch {
            throw .temporary(Cause(.noDevNull, errno: error.errno))
        }
        self.configuration = configuration
        children = Children(grace: configuration.grace)
        network = child.id
        signals = child.signals
        socket = MessageSocket(child.socket)
        self.logger = logger
        self.supervision = supervision
        self.offer = offer
        self.reload = reload
        self.ready = ready
        sendQueue = SendQueue(socket: socket.descriptor.number)
        // Every session has at most one login, and keeps its place until that is decided: the server's `ConnectionLimiter`.
        checkQueue = CheckQueue(most: configuration.mostSessions)
        authenticated = AuthenticatedLogins(most: configuration.mostSessions)
        workers = WorkerPool(mostQuestions: configuration.mostQuestions, idling: configuration.idling)
        askForMechanisms(then: messages)
    }

    /// Serves until the network process has ended, and everything that was started for it.
    ///
    /// - Returns: 0 where it ended as it should, 64 or 111 where not.
    public func run() -> Int32 {
        while true {
            if case .ended(let status) = phase, children.isEmpty { return status }
            let answering = wait()
            while case let signal = cseparation_next_signal(signals.number), signal != 0 { take(signal) }
            for worker in answering { hear(worker) }
            receive()
            sendQueue.flush()
            if phase.isTalking, let errno = sendQueue.failure {
                expel("cannot be told something: \(String(decoding: Cause.words(errno), as: UTF8.self))")
            }
            let now = ContinuousClock.now
            endOverdue(now)
            startWaiting(now)
            if sendQueue.count > 4 * configuration.mostSessions + 64 { expel("does not read what it is told") }
        }
    }

    /// Waits until something happens, or the next deadline.
    ///
    /// - Returns: the workers that have something to say.
    private func wait() -> [Worker] {
        var polled = [pollfd(fd: signals.number, events: Int16(POLLIN), revents: 0)]
        if phase.isTalking {
            let events = sendQueue.needsRoom ? POLLIN | POLLOUT : POLLIN
            polled.append(pollfd(fd: socket.descriptor.number, events: Int16(events), revents: 0))
        }
        let owing = workers.owing
        let others = polled.count
        for worker in owing { polled.append(pollfd(fd: worker.descriptor, events: Int16(POLLIN), revents: 0)) }
        var timeout: Int32 = -1
        if let deadline = nextDeadline {
            let left = ContinuousClock.now.duration(to: deadline)
            // Rounded up, or the last millisecond would be waited for in a busy loop.
            timeout = Int32(clamping: max(0, left.components.seconds * 1000 + left.components.attoseconds / 1_000_000_000_000_000 + 1))
        }
        if phase.isTalking, sendQueue.needsPatience {
            timeout = timeout < 0 ? SendQueue.patience : min(timeout, SendQueue.patience)
        }
        poll(&polled, nfds_t(polled.count), timeout)
        return owing.indices.filter { polled[others + $0].revents != 0 }.map { owing[$0] }
    }

    private var nextDeadline: Instant? {
        [children.nextDeadline, checkQueue.nextDeadline, workers.nextDeadline, workers.nextSilence, phase.deadline].compactMap { $0 }.min()
    }

    private func receive() {
        // Not all at once, so that no flood of them keeps signals and deadlines waiting.
        for _ in 0..<64 where phase.isTalking {
            do throws(Malformed) {
                switch try socket.receive(NetworkMessage.self) {
                case .nothing: return
                case .end: return leave(isBad: false)
                case .message(let message, let attachments): try serve(message, attachments)
                }
            } catch {
                return expel("sent \(error.word)")
            }
        }
    }

    /// - Throws: `unexpected`.
    private func serve(
        _ message: NetworkMessage, _ attachments: MessageSocket.Attachments
    ) throws(Malformed) {
        switch message {
        case .check(let ticket, let method, let connection):
            let check = QueuedCheck(ticket: ticket, method: method, connection, attachments.secret.take()!)
            // The auth command's log, and those of PAM's modules, have the login in them.
            guard check.login.user.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else { throw .badValue }
            self.check(check)
        case .forget(let ticket): forget(ticket)
        case .open(let ticket, let login, let connection): try open(ticket, login: login, connection)
        case .over(let ticket): children.sessionIsOver(ticket, until: .now + configuration.lingering)
        case .ready:
            supervision.ready()
            if !isReady { ready() }
            isReady = true
        }
    }
}

/// Signals, and the end of the network process.
extension Parent {
    private func take(_ signal: Int32) {
        switch (signal, phase) {
        case (SIGCHLD, _):
            reap()
        case (SIGHUP, .serving):
            supervision.reloading()
            for message in reload() { sendQueue.send(message) }
            askForMechanisms(then: [OutgoingMessage(ParentMessage.reload)])
            dismissWorkers()
        case (SIGTERM, .serving), (SIGINT, .serving):
            supervision.stopping()
            // A little more than it has itself, so that it is the one that ends its sessions.
            phase = .draining(until: .now + configuration.drainTimeout + .seconds(5))
            sendQueue.send(OutgoingMessage(ParentMessage.drain))
        case (SIGTERM, .draining), (SIGINT, .draining):
            // Asked twice: at once.
            kill(network, SIGKILL)
        default:
            break
        }
    }

    /// The network process did what it must not.
    private func expel(_ reason: String) {
        // First: whoever reads the log may be slow.
        kill(network, SIGKILL)
        logger.critical("the network process \(reason); it is killed")
        leave(isBad: true)
    }

    /// Nothing that the network process may still say is heard, nor is it told anything.
    private func leave(isBad: Bool) {
        phase = .leaving(until: .now + configuration.grace, isBad: isBad)
        checkQueue.clear()
        sendQueue.clear()
    }

    /// The network process has ended and was waited for.
    private func networkHasEnded(_ status: Int32) {
        // With 64 and 111 it has said itself why it does not go on.
        let isSaid = [0, 64, 111].contains(status)
        if !isSaid { logger.critical("the network process has ended with status \(status)") }
        let isBad = if case .leaving(_, true) = phase { true } else { !isSaid }
        leave(isBad: isBad)
        phase = .ended(isBad ? 111 : status)
        let now = ContinuousClock.now
        dismissWorkers()
        children.allAreOver(now: now, programsUntil: now + configuration.lingering)
    }

    /// Signals every child past its deadline and answers the login that was waiting for it.
    private func endOverdue(_ now: Instant) {
        for worker in workers.silent(at: now) { worker.letGoOfQuestions() }
        for ticket in checkQueue.overdue(at: now) { answer(ticket, .busy) }
        dismissIdle(now)
        for child in children.overdue(at: now) {
            kill(-child.id, child.signal)
            if let ticket = child.ticket { answer(ticket, .timedOut) }
            listingHasEnded(child.id) { _ in .timedOut }
        }
        guard let deadline = phase.deadline, deadline <= now else { return }
        kill(network, SIGKILL)
        leave(isBad: true)
    }
}

/// What the parent starts, and how it ends.
extension Parent {
    private func check(_ check: QueuedCheck) {
        guard checkQueue.add(check, until: .now + configuration.authTimeout) else { return answer(check.login.ticket, .busy) }
    }

    /// The client of a check is gone. A check that runs goes on: it may have been counted somewhere already.
    private func forget(_ ticket: UInt64) {
        authenticated.forget(ticket)
        if checkQueue.remove(ticket) { answer(ticket, .busy) }
    }

    /// As many as may run at once; the others wait.
    private func startWaiting(_ now: Instant) {
        while phase.isTalking, children.checkCount < configuration.mostChecks, let check = checkQueue.next() {
            do throws(Launcher.Failed) {
                if configuration.usesWorkers {
                    try ask(check, now)
                } else {
                    let id = try launcher.check(check.take(), check.connection)
                    children.add(id, .check(check.login), until: now + configuration.authTimeout)
                }
            } catch {
                answer(check.login.ticket, .cannotStart(error.errno))
            }
        }
    }

    /// - Throws: `unexpected` for a ticket whose program runs already, and for a login that nobody proved.
    private func open(_ ticket: UInt64, login: UInt64?, _ connection: ConnectionEnvironment) throws(Malformed) {
        guard !children.hasProgram(ticket) else { throw .unexpected }
        let connection = if let login { try authenticated.environment(of: login, connection) } else { connection }
        // Those of sessions that are over may still be busy for a while: so twice as many as there are sessions.
        guard children.programCount < 2 * configuration.mostSessions else {
            return sendQueue.send(OutgoingMessage(ParentMessage.notOpened(ticket: ticket, errno: EAGAIN)))
        }
        do throws(Launcher.Failed) {
            let program = try launcher.open(connection)
            children.add(program.id, .program(ticket), until: nil)
            sendQueue.send(OutgoingMessage(ParentMessage.opened(ticket: ticket), with: program.socket))
        } catch {
            sendQueue.send(OutgoingMessage(ParentMessage.notOpened(ticket: ticket, errno: error.errno)))
        }
    }

    /// Children that have ended are waited for, and their logins answered.
    private func reap() {
        while case let id = cseparation_ended(), id != 0 {
            workerHasEnded(id)
            let child = children.remove(id)
            // While the child is not waited for, its process group cannot be somebody else's.
            if let child, !child.byItself { kill(-id, SIGKILL) }
            let status = clibc_wait(id)
            if id == network {
                // What it said last may still have to be heard. No more than the socket holds.
                for _ in 0..<100 where phase.isTalking { receive() }
                networkHasEnded(status)
            }
            switch child?.purpose {
            case .check(let login?): conclude(login, status)
            case .worker(let login?): fail(login, status)
            case .listing: listingHasEnded(id) { $0.listing(status) }
            default: break
            }
        }
    }

    /// The auth command has said what becomes of a login.
    private func conclude(_ login: LoginAttempt, _ status: Int32) {
        if status == 0 { authenticated.add(login) }
        answer(login.ticket, .ended(status))
    }

    private func answer(_ ticket: UInt64, _ checked: CheckResult) {
        if phase.isTalking { sendQueue.send(OutgoingMessage(ParentMessage.checked(ticket: ticket, checked))) }
    }
}

/// Workers: what the parent asks them, and what it does with their answers.
extension Parent {
    /// Has a login decided by a worker, which is started where all are busy.
    private func ask(_ check: QueuedCheck, _ now: Instant) throws(Launcher.Failed) {
        let credentials = check.take()
        while let worker = workers.takeIdle() {
            // Whoever speaks unasked is not trusted any more; whoever cannot be told something has ended.
            guard worker.hear() == .nothing, worker.ask(check.variables, credentials) == 0 else {
                children.dismiss(worker.id, until: now)
                continue
            }
            workers.expectAnswer(of: worker, now: now)
            return children.ask(worker.id, about: check.login, until: now + configuration.authTimeout)
        }
        let program = try launcher.worker()
        let worker = Worker(id: program.id, socket: program.takeSocket(), now: now)
        children.add(worker.id, .worker(check.login), until: now + configuration.authTimeout)
        // Where it cannot be told, its end says so.
        if worker.ask(check.variables, credentials) == 0 { workers.expectAnswer(of: worker, now: now) }
    }

    private func hear(_ worker: Worker) {
        // Whose end was seen meanwhile was waited for, and its id may be somebody else's.
        guard workers.owing(worker.id) === worker else { return }
        switch worker.hear() {
        case .nothing: return
        case .gone:
            workers.remove(worker.id)
            // Where it has ended, this changes nothing; where not, nobody should wait for it.
            kill(-worker.id, SIGKILL)
        case .answer(let status):
            let now = Instant.now
            guard let login = children.rest(worker.id) else { return workers.remove(worker.id) }
            if !workers.rest(worker, now: now) { children.dismiss(worker.id, until: now + configuration.grace) }
            conclude(login, Int32(status))
        }
    }

    /// A worker has ended.
    private func workerHasEnded(_ id: pid_t) {
        // What it said last is an answer.
        if let worker = workers.owing(id) { hear(worker) }
        workers.remove(id)
    }

    /// It has ended instead of an answer: which status it has then says nothing about the login.
    private func fail(_ login: LoginAttempt, _ status: Int32) {
        logger.error("the auth command has ended with status \(status) instead of answering; does it stay, as --auth-resident wants it?")
        answer(login.ticket, .ended(-1))
    }

    private func dismissWorkers() {
        for id in workers.letGoOfAll() { children.dismiss(id, until: .now + configuration.grace) }
    }

    private func dismissIdle(_ now: Instant) {
        for id in workers.letGoOfIdle(at: now) { children.dismiss(id, until: now + configuration.grace) }
    }
}
