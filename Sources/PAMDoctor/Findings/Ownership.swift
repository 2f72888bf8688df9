import CLibc

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
        for kind in Kind.allCases {
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
