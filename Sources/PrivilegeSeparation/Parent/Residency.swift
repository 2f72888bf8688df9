import CLibc
import CheckpwdCore
import Glibc

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
