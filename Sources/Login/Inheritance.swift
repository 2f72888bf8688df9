import CLibc
import CheckpwdCore

/// The part of the process that comes from its caller: kept from PAM's modules while they run, and given to the program that
/// runs for the login. The table of all that a module can change is in `inheritance.c`.
public enum Inheritance {
    /// Notes it, and makes it fit for PAM: before the first module is loaded, after the last change that is ours.
    public static func settle(raisingLimits: Bool) throws(Failure) {
        try check(
            clibc_settle(raisingLimits ? 1 : 0), .cannotPrepareTheProcessForPAM,
            "raise the limits on memory and on open files (ulimit -a)")
    }

    /// Takes back changes that modules made, except for limits, umask and nice value.
    ///
    /// - Parameter staying: whether the process stays who it is.
    /// - Throws: `temporary`, and then nothing may run.
    public static func restore(staying: Bool) throws(Failure) {
        try check(clibc_restore(staying ? 1 : 0), .cannotUndoWhatAPAMModuleChanged, seeService)
    }

    /// The same, and what a session may change, in a process that opens none.
    public static func restoreBetweenLogins() throws(Failure) {
        clibc_undo_authentication()
        try restore(staying: true)
    }

    /// The last thing before a program runs.
    ///
    /// - Parameter descriptor: one that stays open although the caller did not leave it.
    static func release(keeping descriptor: Int32) throws(Failure) {
        try check(clibc_release(descriptor), .cannotRestoreDescriptors, seeService)
    }

    private static var seeService: StaticString { "a PAM module of the service is at fault: remove it, or report this to its author" }

    private static func check(_ errno: Int32, _ reason: Reason, _ remedy: StaticString) throws(Failure) {
        guard errno == 0 else { throw .temporary(Cause(reason, errno: errno, remedy: remedy)) }
    }
}
