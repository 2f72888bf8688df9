import Bridge
import ByteStrings
import CPlatform
import Checkpassword
import Credentials
import PAM
import Privilege
import ProcessEnvironment
import SecretStore
import Verdicts

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
    do throws(Failure) {
        var policy = try Policy(options, service: service, credentials: caller == nil ? Surroundings.credentials : nil)
        if caller != nil {
            try AllowList.require(service)
            policy.takeover = .stay
        }
        switch try judge(options, policy, &report) {
        case .accepted(var accepted):
            try caller?.giveBack()
            guard let session = accepted.takeSession() else { return try proceed(accepted, options, program, report) }
            return try attend(session, accepted, options, program, report)
        case .found(let identity):
            try Handover.describe(identity)
            report.accepted("lookup")
            throw Handover.run(program)
        case .notFound: return DovecotLookup.notFound
        case .passedOn: throw Handover.run(program)
        }
    } catch {
        report.failed(error)
        return ExitStatus.of(error)
    }
}

/// What is to be done with a login.
private enum Judgement: ~Copyable {
    case accepted(Accepted)
    /// Dovecot looked it up, without a password.
    case found(Identity)
    case notFound
    /// It is the next module's: the request is on descriptor 3 again.
    case passedOn
}

/// Reads the request and has it decided. The credentials are wiped when this returns.
private func judge(_ options: Options, _ policy: Policy, _ report: inout Report) throws(Failure) -> Judgement {
    let request = try Request(Descriptor.drain(limit: options.maxLength))
    report.note(request)
    if options.isDovecot, try DovecotLookup.isAsked(by: request) {
        if let identity = try lookUp(request.login, policy) { return .found(identity) }
        report.failed(.rejected(Cause("unknown login")))
        return .notFound
    }
    // Nobody else may say that a login needs no password.
    Variable.remove(DovecotLookup.variable)
    do throws(Failure) {
        return .accepted(try decide(request, policy))
    } catch {
        guard case .declined = error, options.chains, !options.isDovecot, !Surroundings.wantsNative else { throw error }
        report.failed(error)
        try request.withAllBytes { (bytes) throws(Failure) in try Descriptor.offer(bytes) }
        return .passedOn
    }
}

/// Becomes the user, and runs what is to be run.
///
/// - Returns: 0 where that is nothing.
private func proceed(
    _ accepted: borrowing Accepted, _ options: Options, _ program: Arguments, _ report: Report
) throws(Failure) -> Int32 {
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
    guard options.chains, !options.isDovecot, !Surroundings.wantsNative else { throw Handover.run(program) }
    // The next modules of the chain are not needed any more.
    guard let postauth = Surroundings.value("POSTAUTH") else { return 0 }
    throw Handover.run(postauth, with: accepted.login)
}

/// Proceeds in a child, and closes the session when that has ended.
///
/// - Returns: the program's exit status.
private func attend(
    _ session: consuming HeldSession, _ accepted: borrowing Accepted, _ options: Options, _ program: Arguments,
    _ report: Report
) throws(Failure) -> Int32 {
    let child = cplatform_fork_attended()
    guard child != 0 else {
        // PAM's handle is the parent's to end: nothing here may return to where it would die.
        do throws(Failure) {
            _exit(try proceed(accepted, options, program, report))
        } catch {
            report.failed(error)
            _exit(ExitStatus.of(error))
        }
    }
    guard child > 0 else {
        let errno = cplatform_errno()
        session.close()
        throw .temporary(Cause("cannot start a process", errno: errno))
    }
    let status = cplatform_wait(child)
    session.close()
    return status
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
        mechanisms = options.mechanisms
        passwordSource = options.passwordSource
        allowsHexPasswords = options.allowsHexPasswords
        allowsUserChange = options.allowsUserChange
        domains = options.domains
        virtualUser = options.virtualUser.map { Login($0) }
        challengeAge = options.challengeAge
    }
}
