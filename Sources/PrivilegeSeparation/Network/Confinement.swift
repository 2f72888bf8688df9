import CLibc
import CSeparation
import CheckpwdCore

/// How the network process gives up what it must not have, before it hears the first byte of a client.
enum Confinement {
    /// - Parameter identity: who to become; nil where it is nobody's business to be somebody else, without root.
    static func confine(to identity: NetworkIdentity?) throws(Failure) {
        if let root = identity?.root {
            try check(root.withCString { cseparation_change_root($0) }, .cannotChangeRoot, about: root)
        }
        if let identity {
            try check(cseparation_become(identity.user, identity.group), .cannotBecomeTheUser)
        }
        try check(cseparation_forgo(), .cannotGiveUpPrivileges)
        // Not what was asked for counts, but what came of it.
        let (user, group) = identity.map { ($0.user, $0.group) } ?? (getuid(), getgid())
        guard cseparation_is_confined(user, group) == 1 else {
            throw .temporary(Cause(.privilegesAreLeft, remedy: "start smtp-auth as root, or as one user without any"))
        }
    }

    private static func check(_ errno: Int32, _ reason: Reason, about: [UInt8] = []) throws(Failure) {
        guard errno == 0 else { throw .temporary(Cause(reason, about: about, errno: errno)) }
    }
}

/// Who the network process becomes, and where.
public struct NetworkIdentity: Equatable, Sendable {
    public let user: UInt32
    public let group: UInt32
    /// The folder that it sees as `/`; nil where it keeps the system's.
    public let root: [UInt8]?

    public init(user: UInt32, group: UInt32, root: [UInt8]? = nil) {
        self.user = user
        self.group = group
        self.root = root
    }
}

extension NetworkIdentity {
    /// - Parameters:
    ///   - name: as `--user` gives it; nil where nobody said, which is `nobody` for root.
    ///   - root: as `--chroot` gives it.
    /// - Returns: nil where nothing is to change, since we are not root.
    public static func chosen(user name: [UInt8]?, root: [UInt8]?) throws(Failure) -> NetworkIdentity? {
        let isRoot = geteuid() == 0
        guard name != nil || root != nil || isRoot else { return nil }
        guard isRoot else {
            throw .misused(
                Cause(.notRoot, remedy: "only root can become another user, or change its root; leave out --user and --chroot"))
        }
        let name = name ?? [UInt8]("nobody")
        guard let entry = name.withCString({ getpwnam($0) }) else {
            throw .misused(Cause(.noSuchUser, about: name, remedy: "--user names the user that speaks with the network"))
        }
        guard entry.pointee.pw_uid != 0 else {
            throw .misused(Cause(.userIsRoot, about: name, remedy: "what speaks with the network must not be root"))
        }
        return NetworkIdentity(user: entry.pointee.pw_uid, group: entry.pointee.pw_gid, root: root)
    }
}
