import CLibc
import CheckpwdCore

/// Whether there is a file, and whether it has all that it needs.
extension Examination {
    func presence() -> [Finding] {
        guard let configuration else { return [missingFile()] + namesakes() }
        var findings = namesakes()
        // What cannot be read says more than what is not in it.
        guard configuration.givesUp == nil, !configuration.files.isEmpty else { return findings }
        for kind in [ManagementGroup.auth, .account, .session] where configuration[kind].isEmpty { findings.append(missingKind(kind)) }
        return findings
    }

    private func missingFile() -> Finding {
        Finding(
            .broken, Place(path), "service file is missing",
            why: """
                PAM would silently use the service 'other' in its place, on many systems the system's own passwords. \
                pam-checkpwd refuses that: every login ends in a temporary error (exit 111).\(nearest.map { " Did you mean '\($0)'?" } ?? "")
                """,
            write: Examination.model)
    }

    /// The service that is there, and whose name is at most two letters away.
    private var nearest: String? {
        let names = Reader.folders.flatMap { folder in tree.names(in: folder).filter { !tree.isFolder(folder + $0) } }
        let near = names.map { ($0, editDistance(Array($0.utf8), Array(service.utf8))) }.filter { $0.1 <= min(2, service.utf8.count / 2) }
        return near.min { $0.1 < $1.1 }?.0
    }

    /// The service file that we install, without its comments.
    static let model = [
        "auth     [success=ok ignore=ignore user_unknown=ignore default=bad] pam_succeed_if.so uid >= 1000 uid ne 65534 quiet",
        "auth     [success=1 ignore=ignore default=die] pam_unix.so",
        "auth     requisite   pam_deny.so",
        "auth     required    pam_permit.so",
        "account  required    pam_succeed_if.so uid >= 1000 uid ne 65534 quiet",
        "account  required    pam_unix.so",
        "session  required    pam_permit.so",
        "password required    pam_deny.so",
    ]

    private func missingKind(_ kind: ManagementGroup) -> Finding {
        let lines = Examination.model.filter { $0.hasPrefix(kind.rawValue) }
        if kind == .auth {
            return Finding(
                .broken, Place(path), "no auth line",
                why: "PAM would take the service 'other' for it. pam-checkpwd refuses that: every login ends in exit 111.",
                write: lines)
        }
        let answer = Scenario().run(other?[kind] ?? [], kind).answer
        return Finding(
            answer == .success ? .warning : .broken, Place(path), "no \(kind) line",
            why: answer == .success
                ? "PAM takes those of the service 'other', which others write, and which a package may change."
                : "PAM takes those of the service 'other', and there \(kind.calls) returns \(answer.rawValue): no login can succeed.",
            write: lines)
    }

    /// Files that somebody may take for the service's own.
    private func namesakes() -> [Finding] {
        var findings: [Finding] = []
        for folder in Reader.folders {
            for name in tree.names(in: folder) where name != service {
                if name.lowercased() == service {
                    findings.append(
                        Finding(
                            configuration == nil ? .broken : .note, Place(folder + name), "a service file's name has lower-case letters only",
                            why: "PAM looks for '\(service)', whatever the program calls the service: this file is never read.",
                            run: configuration == nil ? ["mv \((folder + name).shellWord) \((folder + service).shellWord)"] : []))
                }
                let suffixes = [".dpkg-new", ".dpkg-dist", ".ucf-dist", ".rpmnew", ".pacnew"]
                if suffixes.contains(where: { name == service + $0 }) {
                    findings.append(
                        Finding(
                            .note, Place(folder + name), "a newer version of the service file waits to be looked at",
                            why: "The package manager left it beside the one that was changed here."))
                }
            }
        }
        if let path = configuration?.files.first, path.hasPrefix(Reader.folders[0]), tree.status(Reader.folders[1] + service) != nil {
            findings.append(
                Finding(
                    .note, Place(Reader.folders[1] + service), "hidden by \(path)",
                    why: "PAM reads the first that it finds: changes that a package makes here have no effect."))
        }
        return findings
    }
}

/// Who can change what PAM reads can let anyone in.
extension Examination {
    func ownership() -> [Finding] {
        guard let configuration else { return [] }
        var findings: [Finding] = []
        var folders: [String] = []
        for file in configuration.files {
            findings += changeable(file)
            let folder = Examination.folder(of: file)
            if !folders.contains(folder) { folders.append(folder) }
        }
        let modules = ModuleFolders(in: tree)
        folders += modules.paths
        for folder in folders { findings += changeable(folder) }
        var seen: Set<String> = []
        for kind in ManagementGroup.allCases {
            for step in stack(kind) {
                guard let path = step.module.flatMap(modules.path(of:)), seen.insert(path).inserted else { continue }
                findings += changeable(path)
            }
        }
        return findings
    }

    private static func folder(of path: String) -> String {
        String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
    }

    /// A command would follow a symbolic link, to what may be somebody's for a reason.
    private func changeable(_ path: String) -> [Finding] {
        let isLink = tree.isLink(path)
        let hint = isLink ? " It is what a symbolic link leads to: put the file itself here." : ""
        guard let status = tree.status(path) else { return [] }
        if status.st_uid != 0, status.st_uid != geteuid() {
            return [
                Finding(
                    .broken, Place(path), "owned by user \(status.st_uid), not by root",
                    why: "Who owns it can change it, and so let anyone in as anybody." + hint,
                    run: isLink ? [] : ["chown root:root \(path.shellWord)"])
            ]
        }
        let writable = status.st_mode & 0o022
        guard writable != 0 else { return [] }
        // Group 0 is root's own.
        if writable == 0o020, status.st_gid == 0 { return [] }
        return [
            Finding(
                .broken, Place(path), "writable by \(writable & 0o002 != 0 ? "everybody" : "group \(status.st_gid)"), mode \(String(status.st_mode & 0o7777, radix: 8))",
                why: "Who can write it can let anyone in as anybody." + hint, run: isLink ? [] : ["chmod go-w \(path.shellWord)"])
        ]
    }
}
