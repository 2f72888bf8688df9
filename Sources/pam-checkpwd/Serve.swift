import Accounts
import CGuard
import CLibc
import Checkpassword
import CheckpwdCore
import Login
import PAM
import SecretStore

typealias Arguments = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>

/// One login: read, authenticate, take over, run.
///
/// - Parameter caller: the user that started a setuid program and lacks its rights; nil for any other caller.
/// - Returns: the exit status, if no program is run.
func serve(_ options: Options, _ caller: Caller?, _ program: Arguments) -> Int32 {
    let named = options.service ?? caller?.service ?? CallerEnvironment.value("PAM_SERVICE")
    let service = named ?? [UInt8]("pam-checkpwd")
    var report = Report(
        service: service, remoteHost: CallerEnvironment.remoteHost, caller: caller, debug: options.debug)
    var delay: FailDelay?
    do throws(Failure) {
        var policy = try Policy(options, service: service, credentials: caller == nil ? CallerEnvironment.credentials : nil)
        if caller != nil {
            try AllowList.require(service)
            policy.takeover = .stay
        }
        // The chain is read now: the variables that PAM's modules set must not change it.
        let serving = Serving(options: options, policy: policy, caller: caller, chain: Chain(options), program: program)
        switch try serving.judge(&report, &delay) {
        case .accepted(var takeover):
            guard let session = takeover.takeSession() else { return try serving.proceed(takeover, report) }
            return try serving.attend(session, takeover, report)
        case .found:
            report.accepted("lookup")
            try Takeover.run(program, cguard_permit_exec)
        case .notFound: return DovecotLookup.notFound
        case .passedOn: try Takeover.run(program, keeping: Descriptor.credentials, cguard_permit_exec)
        }
    } catch {
        report.failed(error)
        delay?.wait()
        return ExitStatus.of(error)
    }
}

/// What is to be done with a login.
private enum Judgement: ~Copyable {
    case accepted(Takeover)
    /// Dovecot looked it up, without a password.
    case found
    case notFound
    /// The next module of the chain decides: the request is on descriptor 3 again.
    case passedOn
}

/// The steps of one login.
private struct Serving {
    let options: Options
    let policy: Policy
    let caller: Caller?
    let chain: Chain?
    let program: Arguments

    /// Reads the request and has it decided. The credentials are wiped when this returns.
    ///
    /// - Parameter delay: receives the time that a wrong answer must take.
    func judge(_ report: inout Report, _ delay: inout FailDelay?) throws(Failure) -> Judgement {
        let request = try readRequest()
        report.note(request)
        let isLookup = options.isDovecot ? try DovecotLookup.isAsked(by: request) : false
        // No other program may say that a login needs no password.
        if !isLookup { EnvironmentVariable.remove(DovecotLookup.variable) }
        try Inheritance.settle(raisingLimits: caller == nil)
        if isLookup {
            if let account = try lookUp(request.login, policy) {
                try Inheritance.restore(staying: true)
                try ProgramEnvironment.setDovecotVariables(account)
                return .found
            }
            report.failed(.rejected(Cause(.noSuchUser)))
            return .notFound
        }
        var course = Course()
        do throws(Failure) {
            let authenticated = try authenticate(request, policy, &course)
            report.note(course)
            return .accepted(try Takeover.begin(authenticated, policy))
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

    /// Prepares the process, logs the login, and runs the program.
    ///
    /// - Returns: 0 if there is no program.
    func proceed(_ takeover: borrowing Takeover, _ report: Report) throws(Failure) -> Int32 {
        try takeover.prepareProcess(enteringHome: options.entersHome, service: options.ident)
        report.accepted()
        // After the log: the caller can kill or starve the process from here on.
        try caller?.giveBack()
        guard let chain else { try Takeover.run(program, cguard_permit_exec) }
        // The next modules of the chain are not needed any more.
        guard let postauth = chain.postauth else { return 0 }
        try Takeover.run(postauth, with: takeover.login, cguard_permit_exec)
    }

    /// Proceeds in a child, and closes the session when that has ended.
    ///
    /// - Returns: the program's exit status.
    func attend(
        _ session: consuming HeldSession, _ takeover: borrowing Takeover, _ report: Report
    ) throws(Failure) -> Int32 {
        let child = clibc_fork_attended()
        if child == 0 { proceedInChild(session, takeover, report) }
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
        _ session: borrowing HeldSession, _ takeover: borrowing Takeover, _ report: Report
    ) {
        cguard_arm()
        do throws(Failure) {
            clibc_end(try proceed(takeover, report))
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
            replayCache: options.replayCache, remoteHost: CallerEnvironment.remoteHost,
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
