import CSeparation
import CLibc
import CheckpwdCore
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
