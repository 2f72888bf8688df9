import CLibc
import Accounts
import CheckpwdCore

/// What remains between an accepted login and the program that runs for it.
public enum Handover {
    /// Becomes the user: uid, working directory, what PAM's modules want in the environment, `USER`, `HOME` and `SHELL`. Groups are adopted earlier, see
    /// `Identity.adoptGroups`.
    ///
    /// The directory is entered as the user, since root may not enter a home on NFS.
    ///
    /// - Throws: `temporary`, and then nothing may run.
    public static func become(
        _ identity: Identity, environment: [[UInt8]], enteringHome: Bool
    ) throws(Failure) {
        guard setuid(identity.uid) == 0 else { throw identity.notPermitted(.cannotSetUser) }
        // What PAM's modules hold may still be in memory, until the program takes its place.
        _ = clibc_forbid_dumps()
        // setuid by root sets all three ids for good: a way back would be a defect of the system.
        guard setuid(0) != 0, getuid() == identity.uid, geteuid() == identity.uid, getgid() == identity.gid,
            getegid() == identity.gid
        else {
            throw identity.notPermitted(.cannotGiveUpRoot)
        }
        if enteringHome {
            guard identity.home.withCString({ chdir($0) }) == 0 else {
                throw .temporary(
                    Cause(
                        .cannotEnterHomeDirectory, about: identity.home, errno: clibc_errno(),
                        remedy: "create it, or use --no-chdir-home"))
            }
        }
        // Only now: a variable of the user's choice means nothing to a process that is the user.
        try ProgramEnvironment.add(environment)
        try EnvironmentVariable.set("USER", identity.login.bytes)
        try EnvironmentVariable.set("HOME", identity.home)
        try EnvironmentVariable.set("SHELL", identity.shell)
    }

    /// Stays who it is, and tells Dovecot's checkpassword-reply who the user is.
    public static func describe(_ identity: Identity) throws(Failure) {
        try EnvironmentVariable.set("USER", identity.login.bytes)
        try EnvironmentVariable.set("HOME", identity.home)
        try EnvironmentVariable.set("userdb_uid", [UInt8](decimal: identity.uid))
        try EnvironmentVariable.set("userdb_gid", [UInt8](decimal: identity.gid))
        try EnvironmentVariable.set("EXTRA", [UInt8]("userdb_uid userdb_gid"))
    }

    /// Stays who it is, and only names the login in `USER`.
    public static func name(_ login: LoginName) throws(Failure) {
        try EnvironmentVariable.set("USER", login.bytes)
    }

    /// Tells the program which service it serves, in `AUTHSERVICE`.
    public static func name(service: [UInt8]) throws(Failure) {
        try EnvironmentVariable.set("AUTHSERVICE", service)
    }

    /// Runs a program in place of this one, with a login as its only argument, whatever blanks that holds.
    ///
    /// - Returns: only if it cannot be run; then why.
    public static func run(_ program: [UInt8], with login: LoginName) -> Failure {
        program.withCString { program in
            login.bytes.withCString { login in
                // Sound: execvp does not write to its arguments.
                var arguments = [UnsafeMutablePointer(mutating: program), UnsafeMutablePointer(mutating: login), nil]
                return arguments.withUnsafeMutableBufferPointer { run($0.baseAddress!) }
            }
        }
    }

    /// Runs a program in place of this one, searched for in `$PATH`.
    ///
    /// - Parameter arguments: the program and its arguments, ended by a null pointer.
    /// - Returns: only if it cannot be run; then why.
    public static func run(_ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Failure {
        guard let program = arguments[0] else { return .misused(Cause(.noProgramToRun)) }
        execvp(program, arguments)
        return .temporary(
            Cause(
                .cannotRunProgram, about: [UInt8](cString: program), errno: clibc_errno(),
                remedy: "give its full path; the user must be allowed to execute it"))
    }
}
