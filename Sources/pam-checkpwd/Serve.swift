import Accounts
import CGuard
import CLibc
import Checkpassword
import CheckpwdCore
import Login
import PAM
import SecretStore

typealias Arguments = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>

/// One login: read, decide, become, run.
///
/// - Parameter caller: who asks, where they lack our rights.
/// - Returns: the exit status, if nothing is run.
func serve(_ options: Options, _ caller: Caller?, _ program: Arguments) -> Int32 {
    let named = options.service ?? caller?.service ?? Surroundings.value("PAM_SERVICE")
    let service = named ?? [UInt8]("pam-checkpwd")
    var report = Report(
        service: service, remoteHost: Surroundings.remoteHost, caller: caller, debug: options.debug)
    // Read now: what PAM's modules want in the environment has no say in it.
    let serving = Serving(options: options, caller: caller, chain: Chain(options), program: program)
    var delay: FailDelay?
    do throws(Failure) {
        var policy = try Policy(options, service: service, credentials: caller == nil ? Surroundings.credentials : nil)
        if caller != nil {
            try AllowList.require(service)
            policy.takeover = .stay
        }
        switch try serving.judge(policy, &report, &delay) {
        case .accepted(var accepted):
            guard let session = accepted.takeSession() else { return try serving.proceed(accepted, report) }
            return try serving.attend(session, accepted, report)
        case .found:
            report.accepted("lookup")
            throw serving.run { Handover.run(program) }
        case .notFound: return DovecotLookup.notFound
        case .passedOn: throw serving.run(keeping: Descriptor.credentials) { Handover.run(program) }
        }
    } catch {
        report.failed(error)
        delay?.wait()
        return ExitStatus.of(error)
    }
}

/// What is to be done with a login.
private enum Judgement: ~Copyable {
    case accepted(Accepted)
    /// Dovecot looked it up, without a password, and is told who it is.
    case found
    case notFound
    /// It is the next module's: the request is on descriptor 3 again.
    case passedOn
}

/// The steps of one login.
private struct Serving {
    let options: Options
    let caller: Caller?
    let chain: Chain?
    let program: Arguments

    /// Reads the request and has it decided. The credentials are wiped when this returns.
    ///
    /// - Parameter delay: receives the time that a wrong answer must take.
    func judge(
        _ policy: Policy, _ report: inout Report, _ delay: inout FailDelay?
    ) throws(Failure) -> Judgement {
        let request = try readRequest()
        report.note(request)
        let isLookup = options.isDovecot ? try DovecotLookup.isAsked(by: request) : false
        // No other program may say that a login needs no password.
        if !isLookup { EnvironmentVariable.remove(DovecotLookup.variable) }
        try Inheritance.settle(raisingLimits: caller == nil)
        if isLookup {
            if let identity = try lookUp(request.login, policy) {
                try Inheritance.restore(staying: true)
                try Handover.describe(identity)
                return .found
            }
            report.failed(.rejected(Cause(.noSuchUser)))
            return .notFound
        }
        var course = Course()
        do throws(Failure) {
            let accepted = try decide(request, policy, &course)
            report.note(course)
            return .accepted(accepted)
        } catch {
            report.note(course)
            guard case .declined = error, chain != nil else {
                delay = course.owesDelay ? FailDelay(options.failDelay) : nil
                throw error
            }
            report.failed(error)
            try Inheritance.restore(staying: true)
            try request.withAllBytes { (bytes) throws(Failure) in try Descriptor.offer(bytes) }
            return .passedOn
        }
    }

    /// How long a caller without our rights may take to write the credentials, in seconds.
    private static let patience = 30

    private func readRequest() throws(Failure) -> Request {
        guard caller != nil else { return try Request(Descriptor.drain(limit: options.maxLength)) }
        // The caller may have other processes that read the same pipe, so that a read waits after all.
        alarm(UInt32(Serving.patience) + 5)
        let bytes = try Descriptor.drain(limit: options.maxLength, within: Serving.patience)
        alarm(0)
        return try Request(bytes)
    }

    /// Becomes the user, and runs what is to be run.
    ///
    /// - Returns: 0 where that is nothing.
    func proceed(_ accepted: borrowing Accepted, _ report: Report) throws(Failure) -> Int32 {
        try Inheritance.restore(staying: options.isDovecot || accepted.identity == nil)
        if let identity = accepted.identity {
            if options.isDovecot {
                try Handover.describe(identity)
            } else {
                try Handover.become(identity, environment: accepted.environment, enteringHome: options.entersHome)
            }
        } else {
            try Handover.name(accepted.login)
        }
        if let ident = options.ident { try Handover.name(service: ident) }
        report.accepted()
        // After the log: whoever it is given back to can kill or starve it.
        try caller?.giveBack()
        guard let chain else { throw run { Handover.run(program) } }
        // The next modules of the chain are not needed any more.
        guard let postauth = chain.postauth else { return 0 }
        let login = accepted.login
        throw run { Handover.run(postauth, with: login) }
    }

    /// Runs a program, which finds what the caller left.
    ///
    /// - Parameter descriptor: one that is the program's although the caller did not leave it.
    /// - Returns: only if it cannot be run; then why.
    func run(keeping descriptor: Int32 = -1, _ program: () -> Failure) -> Failure {
        do throws(Failure) {
            try Inheritance.release(keeping: descriptor)
        } catch {
            return error
        }
        cguard_permit_exec()
        return program()
    }

    /// Proceeds in a child, and closes the session when that has ended.
    ///
    /// - Returns: the program's exit status.
    func attend(
        _ session: consuming HeldSession, _ accepted: borrowing Accepted, _ report: Report
    ) throws(Failure) -> Int32 {
        let child = clibc_fork_attended()
        if child == 0 { proceedInChild(session, accepted, report) }
        guard child > 0 else {
            let errno = clibc_errno()
            session.close()
            throw .temporary(Cause(.cannotStartAProcess, errno: errno))
        }
        let status = clibc_wait_attended(child)
        session.close()
        // Nobody knows how the program ended.
        return status < 0 ? ExitStatus.temporary : status
    }

    /// Never returns. Its type does not say that, since the compiler would warn of the end of `session` after the call.
    ///
    /// - Parameter session: the parent's to end. It is lent to this function, since in the child it would die after its last use.
    @inline(never)
    private func proceedInChild(
        _ session: borrowing HeldSession, _ accepted: borrowing Accepted, _ report: Report
    ) {
        cguard_arm()
        do throws(Failure) {
            clibc_end(try proceed(accepted, report))
        } catch {
            report.failed(error)
            clibc_end(ExitStatus.of(error))
        }
    }
}

extension Policy {
    init(_ options: Options, service: [UInt8], credentials: [UInt8]?) throws(Failure) {
        self.init(
            service: try Service(service), store: options.store,
            storeKeys: options.storeKey.map { .file($0) } ?? .standard(credentials: credentials),
            replayCache: options.replayCache, remoteHost: Surroundings.remoteHost,
            terminal: options.ident ?? [UInt8]("checkpassword"), trace: Trace(isOn: options.debug))
        allowsOther = options.allowsOther
        takeover = options.isDovecot ? .describe : options.takeover
        session = options.session
        namedMechanisms = options.mechanisms
        countsFailures = options.countsFailures
        passwordSource = options.passwordSource
        allowsHexPasswords = options.allowsHexPasswords
        allowsUserChange = options.allowsUserChange
        domains = options.domains
        virtualUser = options.virtualUser.map { LoginName($0) }
        challengeAge = options.challengeAge
    }
}
