import Accounts
import CLibc
import Checkpassword
import CheckpwdCore
import SecretStore

/// What pam-checkpwd itself meets: the side store, and the rights that it runs with.
public struct Surroundings: Sendable {
    let store: StorePlace, keyFile: [UInt8]?
    /// Who the mail server runs pam-checkpwd as; nil for who runs this.
    private let caller: Identity?
    private let isSetuid: Bool

    /// - Parameters:
    ///   - keyFile: nil where the key comes from elsewhere.
    ///   - caller: who the mail server runs pam-checkpwd as; nil for who runs this.
    ///   - folders: where pam-checkpwd may be installed, the likeliest first.
    public init(store: StorePlace, keyFile: [UInt8]?, caller: Identity? = nil, folders: [String] = programFolders) {
        self.store = store
        self.keyFile = keyFile
        self.caller = caller
        let installed = folders.lazy.compactMap { Surroundings.status(Array("\($0)/pam-checkpwd".utf8), following: true) }.first
        isSetuid = installed.map { $0.st_mode & mode_t(S_ISUID) != 0 && $0.st_uid == 0 } ?? false
    }

    /// `$PATH`, and where an administrator's may not lead.
    public static var programFolders: [String] {
        let path = getenv("PATH").map { String(cString: $0) } ?? ""
        return path.split(separator: ":").map(String.init) + ["/usr/local/sbin", "/usr/sbin", "/usr/bin"]
    }

    /// Whose rights pam-checkpwd has.
    var user: uid_t { isSetuid ? 0 : caller?.uid ?? geteuid() }

    /// What a person calls them.
    var userName: String {
        user == 0 ? "root" : caller.map { String(decoding: $0.login.bytes, as: UTF8.self) } ?? "user \(user)"
    }

    /// As chown(1) takes them.
    var owner: String {
        user == 0 ? "root:root" : caller.map { String(decoding: $0.login.bytes, as: UTF8.self).shellWord } ?? "\(user)"
    }

    /// - Parameter examination: for the modules that need rights.
    public func findings(for examination: Examination) -> [Finding] {
        privacy() + rights(examination)
    }

    /// pam_unix reads /etc/shadow as root; for others its helper checks nobody's password but the asker's own.
    private func rights(_ examination: Examination) -> [Finding] {
        guard let step = examination.ownStack(.auth).first(where: { $0.module?.name == "pam_unix" }), user != 0 else { return [] }
        return [
            Finding(
                .warning, step.place, "pam_unix without root",
                why: """
                    pam-checkpwd runs as \(userName)\(caller == nil ? ", as this does," : "") and is not setuid: pam_unix checks nobody's \
                    password but the asker's own, and answers authinfo_unavail for all others. Let the mail server start pam-checkpwd \
                    as root, or install it setuid for the server's group (docs/setuid.md).\
                    \(caller == nil ? " Where the server runs as somebody else, --as names them." : "")
                    """,
                run: ["make install SETUID_GROUP=<the server's group>"])
        ]
    }

    static func status(_ path: [UInt8], following: Bool = false) -> stat? {
        var status = stat()
        return path.withCString({ following ? stat($0, &status) : lstat($0, &status) }) == 0 ? status : nil
    }
}
