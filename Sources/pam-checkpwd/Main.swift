import Accounts
import CGuard
import CLibc
import Checkpassword
import CheckpwdCore

/// Embedded Swift has no `CommandLine`: SwiftPM links a function of this name as C's `main`.
@_cdecl("pam_checkpwd_main")
public func main(_ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32 {
    // Not by returning, which runs the exit handlers of whatever a PAM module brought along.
    clibc_end(status(count, arguments))
}

/// - Returns: the exit status, if nothing is run.
private func status(_ count: Int32, _ arguments: Arguments) -> Int32 {
    // argv[0] is the caller's word.
    clibc_name_program(("pam-checkpwd" as StaticString).cString)
    // Before the first secret is read, and before any file could be opened where messages go.
    guard clibc_forbid_dumps() == 0, clibc_occupy_standard_descriptors() == 0 else {
        return ExitStatus.temporary
    }
    clibc_keep_errors_from_client()
    clibc_note_signals()
    do throws(Failure) {
        let caller = try Caller.takeOver()
        SystemLog.open()
        cguard_arm()
        if let caller {
            guard isCounted(caller) else { return ExitStatus.temporary }
        }
        let options = try Options(count, arguments)
        if let question = options.question { return Answers.print(question) }
        if caller != nil { try options.requireHarmless() }
        if options.listsMechanisms { return try Answers.printMechanisms(options) }
        if options.isResident {
            var resident = try Resident(options)
            return try resident.run()
        }
        return serve(options, caller, arguments + options.program)
    } catch {
        StandardError.write(error.cause.sentence)
        return ExitStatus.of(error)
    }
}

/// Takes a place for the process before it writes anything: the caller could leave its output unread for ever.
private func isCounted(_ caller: Caller) -> Bool {
    clibc_wait_for_errors(0)
    do throws(Failure) {
        try CallerSlot.take(for: caller)
    } catch {
        Report(service: [], remoteHost: CallerEnvironment.remoteHost, caller: caller, debug: false).failed(error)
        return false
    }
    clibc_wait_for_errors(1)
    return true
}
