/// Where modules are installed.
struct ModuleFolders {
    let paths: [String]
    private let tree: FileTree

    init(in tree: FileTree) {
        var paths = ["/lib/security", "/lib64/security", "/usr/lib/security", "/usr/lib64/security"]
        // Debian's: one folder for each architecture.
        for library in ["/lib", "/usr/lib"] {
            paths += tree.names(in: library).filter { $0.contains("-linux-") }.map { "\(library)/\($0)/security" }
        }
        self.paths = paths.filter(tree.isFolder)
        self.tree = tree
    }

    /// The file of a module; nil where it is not installed.
    func path(of module: Module) -> String? {
        if module.path.hasPrefix("/") {
            // Old Red Hat files write the architecture's part of the path as $ISA.
            let paths = [module.path, module.path.replacingFirst("$ISA", with: "."), module.path.replacingFirst("$ISA", with: "../../lib64/security")]
            return paths.first { tree.status($0) != nil }
        }
        return paths.map { "\($0)/\(module.path)" }.first { tree.status($0) != nil }
    }

    /// The package that has a module on Debian, where it is not libpam-modules.
    static func package(of name: String) -> String? {
        switch name {
        case "pam_sss": "libpam-sss"
        case "pam_ldap": "libpam-ldapd"
        case "pam_mysql": "libpam-mysql"
        case "pam_pgsql": "libpam-pgsql"
        case "pam_winbind": "libpam-winbind"
        case "pam_krb5": "libpam-krb5"
        case "pam_radius_auth": "libpam-radius-auth"
        case "pam_pwdfile": "libpam-pwdfile"
        case "pam_cap": "libpam-cap"
        case "pam_systemd": "libpam-systemd"
        case "pam_tmpdir": "libpam-tmpdir"
        case "pam_script": "libpam-script"
        case "pam_pwquality": "libpam-pwquality"
        case "pam_google_authenticator": "libpam-google-authenticator"
        case "pam_oath": "libpam-oath"
        default: nil
        }
    }
}

/// Whether the modules are there.
extension Examination {
    func installed() -> [Finding] {
        let folders = ModuleFolders(in: tree)
        guard !folders.paths.isEmpty else {
            return [
                Finding(
                    .broken, Place("/lib/security"), "no folder with PAM modules", why: "Without modules nobody can log in.",
                    run: ["apt install libpam-modules"])
            ]
        }
        var findings: [Finding] = []
        for kind in [ManagementGroup.auth, .account, .session] {
            let stack = stack(kind)
            let missing = stack.indices.filter { stack[$0].module.map { folders.path(of: $0) == nil } ?? false }
            for index in missing {
                findings.append(notInstalled(stack[index], index, stack, kind, folders))
            }
        }
        return findings
    }

    private func notInstalled(_ step: StackEntry, _ index: Int, _ stack: Stack, _ kind: ManagementGroup, _ folders: ModuleFolders) -> Finding {
        let module = step.module!
        // A missing module answers 'module_unknown' to every call.
        let answer = Scenario(single: [index: .moduleUnknown]).run(stack, kind).answer
        let severity: Finding.Severity = answer != .success ? .broken : module.mayBeMissing ? .note : .warning
        let looked = module.path.hasPrefix("/") ? "" : " in \(folders.paths.joined(separator: ", "))"
        var lines: [String] = []
        var commands: [String] = []
        var why =
            answer == .success
            ? "The line is passed over: what it should do is not done."
            : "\(kind.calls) then returns \(answer.rawValue) for everybody: no login can succeed."
        if !module.path.hasSuffix(".so"), folders.path(of: Module(module.path + ".so")) != nil {
            lines = [step.text.replacingFirst(module.path, with: module.path + ".so")]
        } else if module.name == "pam_tally2" || module.name == "pam_tally" {
            why += " Since Linux-PAM 1.4 pam_faillock is there in its place."
        } else if let package = ModuleFolders.package(of: module.name) {
            commands = ["apt install \(package)"]
        } else if answer == .success || kind == .session {
            lines = ["# " + step.text]
        }
        return Finding(
            severity, step.place, "module is not installed: \(module.path)\(looked)",
            why: why, write: lines, run: commands)
    }
}
