import Bridge
import ByteStrings
import CPlatform
import Checkpassword
import PAM
import Verdicts

/// Embedded Swift has no `CommandLine`: SwiftPM links a function of this name as C's `main`.
@_cdecl("pam_checkpwd_main")
public func main(_ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32 {
    // Before the first secret is read, and before any file could be opened where messages go.
    guard cplatform_forbid_dumps() == 0, cplatform_occupy_standard_descriptors() == 0 else { return 111 }
    openlog(nil, LOG_PID, LOG_AUTHPRIV)

    let options: Options
    do {
        options = try Options(count, arguments)
    } catch {
        StandardError.write(error.cause.sentence)
        return ExitStatus.of(error)
    }
    if let question = options.question { return Answers.print(question) }
    return serve(options, arguments + options.program)
}

/// One login: read, decide, become, run.
///
/// - Returns: the exit status, if nothing is run.
private func serve(_ options: Options, _ program: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32 {
    let service = options.service ?? environment("PAM_SERVICE") ?? [UInt8]("pam-checkpwd")
    let remoteHost = environment("TCPREMOTEIP") ?? []
    var report = Report(service: service, remoteHost: remoteHost, debug: options.debug)
    do throws(Failure) {
        let policy = Policy(
            service: try Service(service), allowsOther: options.allowsOther, keepsIdentity: options.keepsIdentity,
            store: options.store, storeKey: options.storeKey, remoteHost: remoteHost,
            trace: Trace(isOn: options.debug))
        let accepted = try admit(policy, &report)
        try become(accepted, options)
        report.accepted()
        throw Handover.run(program)
    } catch {
        report.failed(error)
        return ExitStatus.of(error)
    }
}

/// Reads the request and has it decided. The credentials are wiped when this returns.
private func admit(_ policy: Policy, _ report: inout Report) throws(Failure) -> Accepted {
    let request = try Request(Descriptor.drain())
    report.note(request)
    return try decide(request, policy)
}

private func become(_ accepted: Accepted, _ options: Options) throws(Failure) {
    switch accepted {
    case .account(let identity): try Handover.become(identity, enteringHome: options.entersHome)
    case .login(let login): try Handover.name(login)
    }
}

private func environment(_ name: StaticString) -> [UInt8]? {
    [UInt8](name).withCString { getenv($0) }.map { [UInt8](cString: $0) }
}
