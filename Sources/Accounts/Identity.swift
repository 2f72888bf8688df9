import CLibc
import CheckpwdCore

/// A system account, as the account database knows it.
public struct Identity: Sendable {
    /// The name in `USER`.
    public let login: LoginName
    /// The name in the account database.
    let account: LoginName
    public let uid: uid_t
    public let gid: gid_t
    public let home: [UInt8]
    public let shell: [UInt8]

    /// Looks an account up, after PAM has accepted it.
    ///
    /// getpwnam cannot be trusted to tell 'no such user' from 'cannot say now': an NSS module that fails to load reads as
    /// the former. PAM has accepted this login, so its absence is a temporary failure, never a wrong password.
    ///
    /// - Throws: `temporary` where there is no such account, or the database cannot be read; `rejected` for uid 0.
    public static func of(_ login: LoginName) throws(Failure) -> Identity {
        guard let identity = try find(login) else {
            throw .temporary(
                Cause(
                    .acceptedLoginIsNoSystemAccount, about: login.bytes,
                    remedy: "add the account, or use --noenv where the program needs none"))
        }
        guard identity.uid != 0 else {
            throw .rejected(Cause(.accountIsRoot, remedy: "only --noenv leaves uid 0 to the program"))
        }
        return identity
    }

    /// The same account, for a login of another name.
    public func named(_ login: LoginName) -> Identity {
        Identity(login: login, account: account, uid: uid, gid: gid, home: home, shell: shell)
    }

    /// The account of that name, or nil where the database says there is none.
    public static func find(_ login: LoginName) throws(Failure) -> Identity? {
        // No account has such a name (passwd(5)), and the database's modules may log what they are asked.
        guard !login.hasControlByte, !login.bytes.contains(UInt8(ascii: ":")) else { return nil }
        var size = 1024
        // An entry's length has no limit: grow until it fits.
        while true {
            let room = UnsafeMutablePointer<CChar>.allocate(capacity: size)
            defer { room.deallocate() }
            var entry = passwd()
            var found: UnsafeMutablePointer<passwd>?
            let status = login.bytes.withCString { getpwnam_r($0, &entry, room, size, &found) }
            if status == ERANGE, size < 1 << 24 {
                size *= 4
                continue
            }
            guard status == 0 else {
                throw .temporary(Cause(.accountDatabaseCannotBeRead, errno: status))
            }
            guard found != nil else { return nil }
            return Identity(
                login: login, account: login, uid: entry.pw_uid, gid: entry.pw_gid,
                home: entry.pw_dir.map { [UInt8](cString: $0) } ?? [],
                shell: entry.pw_shell.map { [UInt8](cString: $0) } ?? [])
        }
    }
}

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
