import Accounts
import CLibc
import Checkpassword
import CheckpwdCore
import SecretStore

/// What pam-checkpwd itself meets: the side store, and the rights that it runs with.
public struct InstallationChecks: Sendable {
    private let store: StorePlace, keyFile: [UInt8]?
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
        let installed = folders.lazy.compactMap { InstallationChecks.status(Array("\($0)/pam-checkpwd".utf8), following: true) }.first
        isSetuid = installed.map { $0.st_mode & mode_t(S_ISUID) != 0 && $0.st_uid == 0 } ?? false
    }

    /// `$PATH`, and where an administrator's may not lead.
    public static var programFolders: [String] {
        let path = getenv("PATH").map { String(cString: $0) } ?? ""
        return path.split(separator: ":").map(String.init) + ["/usr/local/sbin", "/usr/sbin", "/usr/bin"]
    }

    /// Whose rights pam-checkpwd has.
    private var user: uid_t { isSetuid ? 0 : caller?.uid ?? geteuid() }

    /// What a person calls them.
    private var userName: String {
        user == 0 ? "root" : caller.map { String(decoding: $0.login.bytes, as: UTF8.self) } ?? "user \(user)"
    }

    /// As chown(1) takes them.
    private var owner: String {
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

    private static func status(_ path: [UInt8], following: Bool = false) -> stat? {
        var status = stat()
        return path.withCString({ following ? stat($0, &status) : lstat($0, &status) }) == 0 ? status : nil
    }
}

/// Whether store and key are open to pam-checkpwd and to nobody else. Where there is no store there is nothing to
/// say.
extension InstallationChecks {
    func privacy() -> [Finding] {
        var findings: [Finding] = []
        var folders: [[UInt8]] = []
        if case .file(let path) = store {
            guard let status = InstallationChecks.status(path) else { return unseen(path) }
            findings += judge(path, status, "-S", InstallationChecks.isStore(path))
            folders.append(FilePermissions.folder(of: path))
        }
        if let keyFile {
            if let status = InstallationChecks.status(keyFile) {
                findings += judge(keyFile, status, "-K", InstallationChecks.isKeyFile(keyFile))
            } else if clibc_errno() == EACCES {
                findings += unseen(keyFile)
            } else {
                findings.append(
                    Finding(
                        .broken, Place(text(keyFile)), "the store has no key",
                        why: "No secret in it can be read: CRAM-MD5 and APOP end in exit 111. Bring the key back from its backup."))
            }
            let folder = FilePermissions.folder(of: keyFile)
            if !folders.contains(folder) { folders.append(folder) }
        }
        findings += folders.flatMap(judge(folder:))
        return findings.isEmpty ? closed() : findings
    }

    /// - Returns: nothing where there is nothing.
    private func unseen(_ path: [UInt8]) -> [Finding] {
        guard clibc_errno() == EACCES else { return [] }
        return [
            Finding(
                .note, Place(text(path)), "not looked at: Permission denied",
                why: "Who runs this may not enter its folder. Run it as root, and name who the mail server runs as with --as.")
        ]
    }

    private func judge(_ path: [UInt8], _ status: stat, _ option: String, _ isOurs: Bool) -> [Finding] {
        guard status.st_mode & mode_t(S_IFMT) == mode_t(S_IFREG) else {
            let found = status.st_mode & mode_t(S_IFMT) == mode_t(S_IFLNK) ? "a symbolic link" : "something else"
            return [open(path, "\(found), wanted a plain file", "Put the file itself here, or name it with \(option).")]
        }
        let (owned, permitted) = (FilePermissions.isOwned(status, by: user), FilePermissions.Kind.file.permits(status))
        guard !(owned && permitted) else { return [] }
        let fault = owned ? mode(status, "0600") : ownership(status)
        guard isOurs else {
            // Whatever it is, a command could take it away from whom it belongs to.
            return [open(path, fault, "It does not look like what \(option) should name: if it is, make it \(userName)'s with mode 0600.")]
        }
        return [open(path, fault, run: commands(path, chown: !owned, chmod: permitted ? nil : "0600"))]
    }

    /// Whether store and key are private, and pam-checkpwd is not who may read them.
    private func closed() -> [Finding] {
        var places = keyFile.map { [$0] } ?? []
        if case .file(let path) = store { places.insert(path, at: 0) }
        guard user != 0, let place = places.first(where: { path in InstallationChecks.status(path).map { $0.st_uid != user } ?? false }) else { return [] }
        return [
            Finding(
                .warning, Place(text(place)), "closed to \(userName)",
                why: """
                    pam-checkpwd runs as \(userName) and cannot read it: CRAM-MD5 and APOP end in exit 111. Let pam-checkpwd run as root, or \
                    setuid root; or give \(userName) a store and a key of their own: who runs checkpwdctl as \(userName), with -S and -K, makes it.
                    """)
        ]
    }

    private func judge(folder: [UInt8]) -> [Finding] {
        guard let status = InstallationChecks.status(folder) else { return [] }
        guard status.st_mode & mode_t(S_IFMT) == mode_t(S_IFDIR) else {
            return [open(folder, "a symbolic link, wanted a folder", "Name the folder that it leads to, with -S or -K, or put the folder itself here.")]
        }
        let (owned, permitted) = (FilePermissions.isOwned(status, by: user), FilePermissions.Kind.folder.permits(status))
        guard !(owned && permitted) else { return [] }
        let fault = owned ? mode(status, "0700") : ownership(status)
        guard isOwn(folder, owned: owned) else { return [open(folder, fault, move)] }
        return [open(folder, fault, run: commands(folder, chown: !owned, chmod: permitted ? nil : "0700"))]
    }

    private var move: String {
        "Others may need this folder: move store and key out of it, each to a folder of its own that is \(userName)'s with mode 0700, and name that with -S or -K."
    }

    private func open(_ path: [UInt8], _ fault: String, _ remedy: String = "", run commands: [String] = []) -> Finding {
        Finding(
            .broken, Place(text(path)), "not private: \(fault)",
            why: """
                Who can read it could learn secrets, who can change it could set them. pam-checkpwd refuses to use it (exit 111). \
                \(remedy)
                """, run: commands)
    }

    private func mode(_ status: stat, _ wanted: String) -> String { "mode \(octal(status)), wanted \(wanted)" }

    private func ownership(_ status: stat) -> String {
        "owner \(status.st_uid), wanted \(user == 0 ? "0 (root)" : "\(user) (\(userName))")"
    }

    private func octal(_ status: stat) -> String {
        let digits = String(status.st_mode & 0o7777, radix: 8)
        return String(repeating: "0", count: 4 - digits.count) + digits
    }

    private func commands(_ path: [UInt8], chown: Bool, chmod mode: String?) -> [String] {
        let word = text(path).shellWord
        return (chown ? ["chown \(owner) \(word)"] : []) + (mode.map { ["chmod \($0) \(word)"] } ?? [])
    }

    private func text(_ path: [UInt8]) -> String { String(decoding: path, as: UTF8.self) }

    // MARK: What is ours

    /// Whether nobody else can need a folder: it is one that we are installed with, or it is root's and holds nothing but store
    /// and key.
    private func isOwn(_ folder: [UInt8], owned: Bool) -> Bool {
        let name = folder.split(separator: UInt8(ascii: "/")).last.map { String(decoding: $0, as: UTF8.self) } ?? "/"
        if ["/etc/pam-checkpwd", "/var/lib/pam-checkpwd"].contains(text(folder)) { return true }
        guard owned, !InstallationChecks.systemFolders.contains(name) else { return false }
        var ours: [[UInt8]] = keyFile.map { [$0] } ?? []
        if case .file(let path) = store { ours.append(path) }
        let files = ours.map { text(Array($0[($0.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? 0)...])) }
        let names = FileTree().names(in: text(folder))
        // Beside the store lie its lock, and what was there before a restore. A folder that cannot be read has no names at all.
        return !names.isEmpty && names.allSatisfy { name in name == "." || name == ".." || files.contains { name.hasPrefix($0) } }
    }

    /// Folders that everybody uses (hier(7)), also where there is nothing in them now.
    private static let systemFolders: Set = [
        "/", ".", "..", "bin", "boot", "cache", "dev", "etc", "home", "lib", "local", "log", "mail", "media", "mnt", "opt", "root", "run",
        "sbin", "share", "shm", "spool", "src", "srv", "state", "sys", "tmp", "usr", "var",
    ]

    /// Whether LMDB wrote it: its first page, behind a header of 16 bytes, begins with a number of its own.
    private static func isStore(_ path: [UInt8]) -> Bool {
        begins(path) { $0.count >= 20 && $0.loadUnaligned(fromByteOffset: 16, as: UInt32.self) == 0xBEEF_C0DE }
    }

    /// Whether a line of it is a key.
    private static func isKeyFile(_ path: [UInt8]) -> Bool {
        begins(path) { text in
            text.split(separator: UInt8(ascii: "\n")).contains { $0.count == 73 && $0[$0.startIndex + 8] == UInt8(ascii: ":") }
        }
    }

    /// - Returns: false where it cannot be read.
    private static func begins(_ path: [UInt8], as isExpected: (UnsafeRawBufferPointer) -> Bool) -> Bool {
        let descriptor = path.withCString { clibc_open($0, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0) }
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        guard let beginning = try? Secret(reading: descriptor, atMost: 16384) else { return false }
        return beginning.withUnsafeBytes(isExpected)
    }
}
