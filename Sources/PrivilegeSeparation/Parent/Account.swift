import CLibc
import CheckpwdCore

/// The user that the network process becomes.
public enum Account {
    /// - Parameters:
    ///   - name: as `--user` gives it; nil where nobody said, which is `nobody` for root.
    ///   - root: as `--chroot` gives it.
    /// - Returns: nil where nothing is to change, since we are not root.
    public static func identity(of name: [UInt8]?, root: [UInt8]?) throws(Failure) -> Identity? {
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
        return Identity(user: entry.pointee.pw_uid, group: entry.pointee.pw_gid, root: root)
    }
}
