import CSeparation
import CLibc
import Glibc

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
