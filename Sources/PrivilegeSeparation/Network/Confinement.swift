import CSeparation
import CLibc
import CheckpwdCore

/// How the network process gives up what it must not have, before it hears the first byte of a client.
enum Confinement {
    /// - Parameter identity: who to become; nil where it is nobody's business to be somebody else, without root.
    static func confine(to identity: Identity?) throws(Failure) {
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
