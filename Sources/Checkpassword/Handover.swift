import ByteStrings
import CPlatform
import Credentials
import Verdicts

/// What remains between an accepted login and the program that runs for it.
public enum Handover {
    /// Becomes the user: uid, working directory, `USER`, `HOME` and `SHELL`. Groups are adopted earlier, see
    /// `Identity.adoptGroups`.
    ///
    /// The directory is entered as the user, since root may not enter a home on NFS.
    ///
    /// - Throws: `temporary`, and then nothing may run.
    public static func become(_ identity: Identity, enteringHome: Bool) throws(Failure) {
        guard setuid(identity.uid) == 0 else { throw identity.notPermitted("cannot set user") }
        // setuid by root sets all three ids for good: a way back would be a defect of the system.
        guard setuid(0) != 0, getuid() == identity.uid, geteuid() == identity.uid else {
            throw identity.notPermitted("cannot give up root")
        }
        if enteringHome {
            guard identity.home.withCString({ chdir($0) }) == 0 else {
                throw .temporary(
                    Cause(
                        "cannot enter home directory", about: identity.home, errno: cplatform_errno(),
                        remedy: "create it, or use --no-chdir-home"))
            }
        }
        try export("USER", identity.login.bytes)
        try export("HOME", identity.home)
        try export("SHELL", identity.shell)
    }

    /// Stays who it is, and only names the login in `USER`.
    public static func name(_ login: Login) throws(Failure) {
        try export("USER", login.bytes)
    }

    /// Runs a program in place of this one, searched for in `$PATH`.
    ///
    /// - Parameter arguments: the program and its arguments, ended by a null pointer.
    /// - Returns: only if it cannot be run; then why.
    public static func run(_ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Failure {
        guard let program = arguments[0] else { return .misused(Cause("no program to run")) }
        execvp(program, arguments)
        return .temporary(
            Cause(
                "cannot run program", about: [UInt8](cString: program), errno: cplatform_errno(),
                remedy: "give its full path; the user must be allowed to execute it"))
    }

    private static func export(_ name: StaticString, _ value: [UInt8]) throws(Failure) {
        let failed = [UInt8](name).withCString { name in
            value.withCString { value in setenv(name, value, 1) }
        }
        guard failed == 0 else {
            throw .temporary(Cause("cannot set environment", about: [UInt8](name), errno: cplatform_errno()))
        }
    }
}
