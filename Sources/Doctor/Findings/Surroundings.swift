import ByteStrings
import CPlatform
import SecretStore
import Verdicts

/// What pam-checkpwd itself meets: the side store, and the rights that it runs with.
public struct Surroundings: Sendable {
    private let store: [UInt8], keyFile: [UInt8]?

    /// - Parameter keyFile: nil where the key comes from elsewhere.
    public init(store: [UInt8], keyFile: [UInt8]?) {
        self.store = store
        self.keyFile = keyFile
    }

    /// Where pam-checkpwd is installed.
    private static let programs = ["/usr/local/sbin/pam-checkpwd", "/usr/sbin/pam-checkpwd", "/usr/bin/pam-checkpwd"]

    /// - Parameter examination: for the modules that need rights.
    public func findings(for examination: Examination) -> [Finding] {
        privacy() + rights(examination)
    }

    /// Whether store and key are open to nobody else. Where there is no store there is nothing to say.
    private func privacy() -> [Finding] {
        guard Surroundings.status(store) != nil else { return [] }
        var places: [([UInt8], Privacy.Kind)] = [(store, .file), (Privacy.folder(of: store), .folder)]
        if let keyFile {
            places += [(keyFile, .file), (Privacy.folder(of: keyFile), .folder)]
            if Surroundings.status(keyFile) == nil {
                return [
                    Finding(
                        .broken, Place(String(decoding: keyFile, as: UTF8.self)), "the store has no key",
                        why: "No secret in it can be read: CRAM-MD5 and APOP end in exit 111. Bring the key back from its backup.")
                ]
            }
        }
        return places.compactMap { path, kind in
            do throws(Failure) {
                try Privacy.require(path, kind)
                return nil
            } catch {
                let name = String(decoding: path, as: UTF8.self)
                let words = String(decoding: error.cause.about.dropFirst(path.count + 2), as: UTF8.self)
                return Finding(
                    .broken, Place(name), "not private: \(words)",
                    why: "Who can read it could learn secrets, who can change it could set them. pam-checkpwd refuses to use it (exit 111).",
                    run: ["chown root:root \(name)", "chmod \(kind == .folder ? "0700" : "0600") \(name)"])
            }
        }
    }

    /// pam_unix reads /etc/shadow as root; for others its helper checks nobody's password but the asker's own.
    private func rights(_ examination: Examination) -> [Finding] {
        guard let step = examination.ownStack(.auth).first(where: { $0.module?.name == "pam_unix" }) else { return [] }
        let setuid = Surroundings.programs.first {
            Surroundings.status(Array($0.utf8)).map { $0.st_mode & mode_t(S_ISUID) != 0 && $0.st_uid == 0 } ?? false
        }
        guard setuid == nil, geteuid() != 0 else { return [] }
        return [
            Finding(
                .warning, step.place, "pam_unix without root",
                why: """
                    User \(geteuid()), who runs this, is not root, and pam-checkpwd is not setuid: pam_unix checks nobody's password but \
                    the asker's own, and answers authinfo_unavail for all others. Let the mail server start pam-checkpwd as root, or \
                    install it setuid for the server's group (docs/setuid.md).
                    """,
                run: ["make install SETUID_GROUP=<the server's group>"])
        ]
    }

    private static func status(_ path: [UInt8]) -> stat? {
        var status = stat()
        return path.withCString({ lstat($0, &status) }) == 0 ? status : nil
    }
}
