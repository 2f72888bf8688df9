import CLibc
import CSeparation
import CheckpwdCore
import Glibc
import Logging

/// The privileged process. It starts programs for the network process, passes signals on to it, and trusts it with
/// nothing: one loop around poll(2), no SMTP, no network.
public final class Parent {
    typealias Instant = ContinuousClock.Instant

    let duties: Duties
    let launcher: Launcher
    let socket: MessageSocket
    let network: pid_t
    let logger: Logger
    let supervision: Supervision
    let reload: () -> [Parcel]

    private let signals: FileDescriptor
    var outbox: Outbox
    var children: Children
    var waiting: Waiting
    var proven: Proven
    var residents: Residents
    var phase = Phase.serving
    /// The process that lists mechanisms, while it runs.
    var listing: ListingProcess?
    var isListingStale = false
    /// Messages that wait until it has ended.
    var held: [Parcel] = []
    let offer: (MechanismListing) -> [UInt8]
    private var isReady = false
    private let ready: () -> Void

    /// - Parameters:
    ///   - child: the network process, with its end of the message pair.
    ///   - provisions: what it needs before it can begin; sent first.
    ///   - offer: says what is offered after the auth command has listed mechanisms: names joined by commas.
    ///   - reload: reads anew what SIGHUP asks for, and says itself what cannot be read.
    ///   - ready: called once, as soon as clients are served.
    public init(
        of child: consuming NetworkChild, _ duties: Duties, provisions: [Parcel], logger: Logger, supervision: Supervision,
        offer: @escaping (MechanismListing) -> [UInt8] = { _ in [] }, reload: @escaping () -> [Parcel],
        ready: @escaping () -> Void
    ) throws(Failure) {
        do throws(Launcher.Failed) {
            launcher = try Launcher(duties)
        } catch {
            throw .temporary(Cause(.noDevNull, errno: error.errno))
        }
        self.duties = duties
        children = Children(grace: duties.grace)
        network = child.id
        signals = child.signals
        socket = MessageSocket(child.socket)
        self.logger = logger
        self.supervision = supervision
        self.offer = offer
        self.reload = reload
        self.ready = ready
        outbox = Outbox(socket: socket.descriptor.number)
        // Every session has at most one login, and keeps its place until that is decided: SMTPFront's `Occupancy`.
        waiting = Waiting(most: duties.mostSessions)
        proven = Proven(most: duties.mostSessions)
        residents = Residents(mostQuestions: duties.mostQuestions, idling: duties.idling)
        askForMechanisms(then: provisions)
    }

    /// Serves until the network process has ended, and everything that was started for it.
    ///
    /// - Returns: 0 where it ended as it should, 64 or 111 where not.
    public func run() -> Int32 {
        while true {
            if case .ended(let status) = phase, children.isEmpty { return status }
            let answering = wait()
            while case let signal = cseparation_next_signal(signals.number), signal != 0 { take(signal) }
            for resident in answering { hear(resident) }
            receive()
            outbox.flush()
            if phase.isTalking, let errno = outbox.failure {
                expel("cannot be told something: \(String(decoding: Cause.words(errno), as: UTF8.self))")
            }
            let now = ContinuousClock.now
            endOverdue(now)
            startWaiting(now)
            if outbox.count > 4 * duties.mostSessions + 64 { expel("does not read what it is told") }
        }
    }

    /// Until something happens, or somebody's time is over.
    ///
    /// - Returns: the auth commands that stay and have something to say.
    private func wait() -> [Resident] {
        var polled = [pollfd(fd: signals.number, events: Int16(POLLIN), revents: 0)]
        if phase.isTalking {
            let events = outbox.needsRoom ? POLLIN | POLLOUT : POLLIN
            polled.append(pollfd(fd: socket.descriptor.number, events: Int16(events), revents: 0))
        }
        let owing = residents.owing
        let others = polled.count
        for resident in owing { polled.append(pollfd(fd: resident.descriptor, events: Int16(POLLIN), revents: 0)) }
        var timeout: Int32 = -1
        if let deadline = nextDeadline {
            let left = ContinuousClock.now.duration(to: deadline)
            // Rounded up, or the last millisecond would be waited for in a busy loop.
            timeout = Int32(clamping: max(0, left.components.seconds * 1000 + left.components.attoseconds / 1_000_000_000_000_000 + 1))
        }
        if phase.isTalking, outbox.needsPatience {
            timeout = timeout < 0 ? Outbox.patience : min(timeout, Outbox.patience)
        }
        poll(&polled, nfds_t(polled.count), timeout)
        return owing.indices.filter { polled[others + $0].revents != 0 }.map { owing[$0] }
    }

    private var nextDeadline: Instant? {
        [children.nextDeadline, waiting.nextDeadline, residents.nextDeadline, residents.nextSilence, phase.deadline].compactMap { $0 }.min()
    }

    func receive() {
        // Not all at once, so that no flood of them keeps signals and deadlines waiting.
        for _ in 0..<64 where phase.isTalking {
            do throws(Malformed) {
                switch try socket.receive(Request.self) {
                case .nothing: return
                case .end: return leave(isBad: false)
                case .message(let request, let attachments): try serve(request, attachments)
                }
            } catch {
                return expel("sent \(error.word)")
            }
        }
    }

    /// - Throws: `unexpected`.
    private func serve(
        _ request: Request, _ attachments: MessageSocket.Attachments
    ) throws(Malformed) {
        switch request {
        case .check(let ticket, let method, let surroundings):
            let check = WaitingCheck(ticket: ticket, method: method, surroundings, attachments.secret.take()!)
            // The auth command's log, and those of PAM's modules, have the login in them.
            guard check.login.user.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else { throw .badValue }
            self.check(check)
        case .forget(let ticket): forget(ticket)
        case .open(let ticket, let login, let surroundings): try open(ticket, login: login, surroundings)
        case .over(let ticket): children.sessionIsOver(ticket, until: .now + duties.lingering)
        case .ready:
            supervision.ready()
            if !isReady { ready() }
            isReady = true
        }
    }
}

/// Signals, and the end of the network process.
extension Parent {
    func take(_ signal: Int32) {
        switch (signal, phase) {
        case (SIGCHLD, _):
            reap()
        case (SIGHUP, .serving):
            supervision.reloading()
            for parcel in reload() { outbox.send(parcel) }
            askForMechanisms(then: [Parcel(Order.reload)])
            dismissResidents()
        case (SIGTERM, .serving), (SIGINT, .serving):
            supervision.stopping()
            // A little more than it has itself, so that it is the one that ends its sessions.
            phase = .draining(until: .now + duties.drainTimeout + .seconds(5))
            outbox.send(Parcel(Order.drain))
        case (SIGTERM, .draining), (SIGINT, .draining):
            // Asked twice: at once.
            kill(network, SIGKILL)
        default:
            break
        }
    }

    /// The network process did what it must not.
    func expel(_ reason: String) {
        // First: whoever reads the log may be slow.
        kill(network, SIGKILL)
        logger.critical("the network process \(reason); it is killed")
        leave(isBad: true)
    }

    /// Nothing that the network process may still say is heard, nor is it told anything.
    func leave(isBad: Bool) {
        phase = .leaving(until: .now + duties.grace, isBad: isBad)
        waiting.clear()
        outbox.clear()
    }

    /// The network process has ended and was waited for.
    func networkHasEnded(_ status: Int32) {
        // With 64 and 111 it has said itself why it does not go on.
        let isSaid = [0, 64, 111].contains(status)
        if !isSaid { logger.critical("the network process has ended with status \(status)") }
        let isBad = if case .leaving(_, true) = phase { true } else { !isSaid }
        leave(isBad: isBad)
        phase = .ended(isBad ? 111 : status)
        let now = ContinuousClock.now
        dismissResidents()
        children.allAreOver(now: now, programsUntil: now + duties.lingering)
    }

    /// Whoever's time is over is sent a signal, and a login that waited for it its answer.
    func endOverdue(_ now: Instant) {
        for resident in residents.silent(at: now) { resident.letGoOfQuestions() }
        for ticket in waiting.overdue(at: now) { answer(ticket, .busy) }
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
    func check(_ check: WaitingCheck) {
        guard waiting.add(check, until: .now + duties.authTimeout) else { return answer(check.login.ticket, .busy) }
    }

    /// The client of a check is gone. A check that runs goes on: it may have been counted somewhere already.
    func forget(_ ticket: UInt64) {
        proven.forget(ticket)
        if waiting.remove(ticket) { answer(ticket, .busy) }
    }

    /// As many as may run at once; the others go on waiting.
    func startWaiting(_ now: Instant) {
        while phase.isTalking, children.checkCount < duties.mostChecks, let check = waiting.next() {
            do throws(Launcher.Failed) {
                if duties.isResident {
                    try ask(check, now)
                } else {
                    let id = try launcher.check(check.take(), check.surroundings)
                    children.add(id, .check(check.login), until: now + duties.authTimeout)
                }
            } catch {
                answer(check.login.ticket, .cannotStart(error.errno))
            }
        }
    }

    /// - Throws: `unexpected` for a ticket whose program runs already, and for a login that nobody proved.
    func open(_ ticket: UInt64, login: UInt64?, _ surroundings: Surroundings) throws(Malformed) {
        guard !children.hasProgram(ticket) else { throw .unexpected }
        let surroundings = if let login { try proven.surroundings(login, surroundings) } else { surroundings }
        // Those of sessions that are over may still be busy for a while: so twice as many as there are sessions.
        guard children.programCount < 2 * duties.mostSessions else {
            return outbox.send(Parcel(Order.notOpened(ticket: ticket, errno: EAGAIN)))
        }
        do throws(Launcher.Failed) {
            let program = try launcher.open(surroundings)
            children.add(program.id, .program(ticket), until: nil)
            outbox.send(Parcel(Order.opened(ticket: ticket), with: program.socket))
        } catch {
            outbox.send(Parcel(Order.notOpened(ticket: ticket, errno: error.errno)))
        }
    }

    /// Children that have ended are waited for, and their logins answered.
    func reap() {
        while case let id = cseparation_ended(), id != 0 {
            residentHasEnded(id)
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
            case .resident(let login?): fail(login, status)
            case .listing: listingHasEnded(id) { $0.listing(status) }
            default: break
            }
        }
    }

    /// The auth command has said what becomes of a login.
    func conclude(_ login: Login, _ status: Int32) {
        if status == 0 { proven.add(login) }
        answer(login.ticket, .ended(status))
    }

    func answer(_ ticket: UInt64, _ checked: Checked) {
        if phase.isTalking { outbox.send(Parcel(Order.checked(ticket: ticket, checked))) }
    }
}

/// What the parent asks auth commands that stay, and what it makes of what they say.
extension Parent {
    /// Has a login decided by an auth command that stays, which is started where all are busy.
    func ask(_ check: WaitingCheck, _ now: Instant) throws(Launcher.Failed) {
        let credentials = check.take()
        while let resident = residents.takeIdle() {
            // Whoever speaks unasked is not trusted any more; whoever cannot be told something has ended.
            guard resident.hear() == .nothing, resident.ask(check.variables, credentials) == 0 else {
                children.dismiss(resident.id, until: now)
                continue
            }
            residents.expectAnswer(of: resident, now: now)
            return children.ask(resident.id, about: check.login, until: now + duties.authTimeout)
        }
        let program = try launcher.resident()
        let resident = Resident(id: program.id, socket: program.takeSocket(), now: now)
        children.add(resident.id, .resident(check.login), until: now + duties.authTimeout)
        // Where it cannot be told, its end says so.
        if resident.ask(check.variables, credentials) == 0 { residents.expectAnswer(of: resident, now: now) }
    }

    func hear(_ resident: Resident) {
        // Whose end was seen meanwhile was waited for, and its id may be somebody else's.
        guard residents.owing(resident.id) === resident else { return }
        switch resident.hear() {
        case .nothing: return
        case .gone:
            residents.remove(resident.id)
            // Where it has ended, this changes nothing; where not, nobody should wait for it.
            kill(-resident.id, SIGKILL)
        case .answer(let status):
            let now = Instant.now
            guard let login = children.rest(resident.id) else { return residents.remove(resident.id) }
            if !residents.rest(resident, now: now) { children.dismiss(resident.id, until: now + duties.grace) }
            conclude(login, Int32(status))
        }
    }

    /// A resident has ended.
    func residentHasEnded(_ id: pid_t) {
        // What it said last is an answer.
        if let resident = residents.owing(id) { hear(resident) }
        residents.remove(id)
    }

    /// It has ended instead of an answer: which status it has then says nothing about the login.
    func fail(_ login: Login, _ status: Int32) {
        logger.error("the auth command has ended with status \(status) instead of answering; does it stay, as --auth-resident wants it?")
        answer(login.ticket, .ended(-1))
    }

    func dismissResidents() {
        for id in residents.letGoOfAll() { children.dismiss(id, until: .now + duties.grace) }
    }

    func dismissIdle(_ now: Instant) {
        for id in residents.letGoOfIdle(at: now) { children.dismiss(id, until: now + duties.grace) }
    }
}
