import CLibc
import CheckpwdCore

/// Who started us, where they lack the rights that we have: the program is installed setuid root.
///
/// Such a caller may learn whether a password is right, and nothing else: every word of theirs, on the command line, in
/// the environment or by what a process inherits, is an attacker's.
public struct Caller {
    private let noted: OpaquePointer

    /// The PAM service that the caller names in the environment, read before that is emptied.
    public let service: [UInt8]?

    /// Takes the process away from its caller, see `clibc_take_over`.
    ///
    /// - Returns: nil where the caller has our rights anyway, or is root; then nothing was changed.
    /// - Throws: `temporary`, and then nothing may go on.
    public static func takeOver() throws(Failure) -> Caller? {
        guard clibc_is_privileged() != 0, getuid() != 0 else { return nil }
        guard geteuid() == 0 else {
            throw .temporary(
                Cause(
                    .privilegedButNotRoot,
                    remedy: "install it setuid root, mode 4750, or without any privilege; see setuid.md"))
        }
        let service = EnvironmentVariable.value("PAM_SERVICE").flatMap { $0.isEmpty ? nil : $0 }
        let remoteHost = EnvironmentVariable.value("TCPREMOTEIP").flatMap(address)
        guard let noted = clibc_take_over() else {
            throw .temporary(
                Cause(
                    .cannotBecomeRootOrRaiseLimits, errno: clibc_errno(),
                    remedy: "ulimit -a shows the caller's limits"))
        }
        try EnvironmentVariable.set("PATH", [UInt8]("/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"))
        if let remoteHost { try EnvironmentVariable.set("TCPREMOTEIP", remoteHost) }
        return Caller(noted: noted, service: service)
    }

    /// How many processes the caller may have (RLIMIT_NPROC); nil for any number.
    var processLimit: Int? {
        let limit = clibc_caller_processes(noted)
        return limit < 0 ? nil : limit
    }

    public var uid: uid_t { clibc_caller_uid(noted) }

    /// Becomes the caller again, for good.
    ///
    /// - Throws: `temporary`, and then nothing may run.
    public func giveBack() throws(Failure) {
        let failed = clibc_give_back(noted)
        guard failed == 0 else { throw .temporary(Cause(.cannotBecomeTheCallerAgain, errno: failed)) }
    }

    /// An address is the caller's word, too, but one that PAM's modules can read.
    private static func address(_ text: [UInt8]) -> [UInt8]? {
        text.withCString { clibc_is_address($0) } == 1 ? text : nil
    }
}
