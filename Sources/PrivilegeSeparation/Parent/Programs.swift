import CSeparation
import CLibc
import Glibc

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
