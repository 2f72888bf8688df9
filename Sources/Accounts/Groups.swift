import CLibc
import CheckpwdCore

extension Identity {
    /// Takes on the account's groups, before PAM's credentials are established: pam_group adds to them (pam_setcred(3)).
    public func adoptGroups() throws(Failure) {
        guard setgid(gid) == 0 else { throw notPermitted(.cannotSetGroup) }
        // A change of group undoes it, and the credentials are still in memory.
        _ = clibc_forbid_dumps()
        guard account.bytes.withCString({ initgroups($0, gid) }) == 0 else {
            throw notPermitted(.cannotSetSupplementaryGroups)
        }
    }

    public func notPermitted(_ reason: Reason) -> Failure {
        .temporary(
            Cause(
                reason, about: account.bytes, errno: clibc_errno(),
                remedy: "run as root, or use --noenv to stay who you are"))
    }
}

/// The supplementary groups of the process.
public struct SupplementaryGroups: Sendable {
    private let groups: [gid_t]

    /// Those of now.
    public static func current() throws(Failure) -> SupplementaryGroups {
        let count = getgroups(0, nil)
        var groups = [gid_t](repeating: 0, count: max(Int(count), 0))
        guard count >= 0, getgroups(count, &groups) == count else {
            throw .temporary(Cause(.cannotReadSupplementaryGroups, errno: clibc_errno()))
        }
        return SupplementaryGroups(groups: groups)
    }

    /// Makes them the process's again, where something has changed them.
    public func restore() throws(Failure) {
        guard try SupplementaryGroups.current().groups != groups else { return }
        guard setgroups(groups.count, groups) == 0 else {
            throw .temporary(Cause(.cannotRestoreSupplementaryGroups, errno: clibc_errno()))
        }
    }
}
