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
        for kind in [Kind.auth, .account, .session] {
            let stack = stack(kind)
            let missing = stack.indices.filter { stack[$0].module.map { folders.path(of: $0) == nil } ?? false }
            for index in missing {
                findings.append(notInstalled(stack[index], index, stack, kind, folders))
            }
        }
        return findings
    }

    private func notInstalled(_ step: Step, _ index: Int, _ stack: Stack, _ kind: Kind, _ folders: ModuleFolders) -> Finding {
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
