import CLibc
import CheckpwdCore

/// A place among the processes with root's rights that one caller may have at once.
///
/// The kernel counts a process for its real user, which is root from the start on, so the caller's own limit of processes
/// (RLIMIT_NPROC) would bound nothing. A place is a lock on one byte of the caller's file, gone when the process ends or
/// another program takes its place.
public enum CallerSlot {
    private static let parent: StaticString = "/run/pam-checkpwd"
    private static let folder: StaticString = "/run/pam-checkpwd/callers"
    /// The most places of one caller, whatever its limit is.
    private static let most = 1000

    /// Takes a place until the process ends.
    ///
    /// - Throws: `temporary` if the caller has as many processes here as it may have in all, or they cannot be counted.
    public static func take(for caller: Caller) throws(Failure) {
        for folder in [parent, folder] where mkdir(folder.cString, 0o700) != 0 && clibc_errno() != EEXIST {
            throw notCounted([UInt8](folder))
        }
        let path = [UInt8](folder) + [UInt8]("/") + [UInt8](decimal: caller.uid)
        let descriptor = path.withCString { clibc_open($0, O_RDWR | O_CREAT | O_NOFOLLOW, 0o600) }
        guard descriptor >= 0 else { throw notCounted(path) }
        // The descriptor stays open: closing it would give the place back.
        let places = min(caller.processLimit ?? most, most)
        let failed = clibc_lock_one_of(descriptor, Int32(max(places, 1)))
        guard failed != EAGAIN else {
            throw .temporary(
                Cause(
                    .tooManyLoginsOfOneCallerAtOnce, about: [UInt8](decimal: places),
                    remedy: "that is the caller's limit of processes (ulimit -u), at most 1000"))
        }
        guard failed == 0 else { throw notCounted(path, failed) }
    }

    private static func notCounted(_ path: [UInt8], _ errno: Int32 = clibc_errno()) -> Failure {
        .temporary(Cause(.cannotCountTheCallersLogins, about: path, errno: errno))
    }
}
