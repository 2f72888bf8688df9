/// Whether the right people get in, and only with a password.
extension Examination {
    private static let checked: [Kind] = [.auth, .account, .session]

    func jumps() -> [Finding] {
        var findings: [Finding] = []
        for kind in Examination.checked {
            let stack = ownStack(kind)
            for (index, step) in stack.enumerated() where step.module != nil {
                for answer in Answer.allCases {
                    guard case .jump(let count) = step.control[answer] else { continue }
                    // Asked alone, from this step on: its jump is bad or not, whatever comes before.
                    let rest = Array(stack[index...])
                    guard Simulation(rest, { index, _ in index == 0 ? answer : .ignore }).badJumps.contains(0) else { continue }
                    findings.append(
                        Finding(
                            .broken, step.place, "jump over \(count) lines, and there are not so many",
                            why: "When the module answers \(answer.rawValue), PAM takes the whole stack for failed.",
                            write: []))
                    break
                }
            }
        }
        return findings
    }

    /// The right password, and everything else as it should be: does anybody get in?
    func noWayIn() -> [Finding] {
        Examination.checked.compactMap { kind in
            let stack = stack(kind)
            guard !stack.isEmpty else { return nil }
            let checkers = stack.indices.filter { stack[$0].module.map { Role($0, kind).mayCheck } ?? false }
            // Where several are asked, one that knows the login is enough.
            let scenarios =
                [Scenario(), Scenario(serving: .ignore)]
                + checkers.flatMap { [Scenario(checking: .userUnknown, single: [$0: .success]), Scenario(checking: .authErr, single: [$0: .success])] }
            let runs = scenarios.map { $0.run(stack, kind) }
            if let run = runs.first(where: { $0.answer == .success }) {
                return kind == .auth ? withoutCredentials(stack, run) : nil
            }
            guard let run = runs.first else { return nil }
            let last = stack[run.asked.last ?? 0]
            return Finding(
                .broken, last.place, "no login can succeed",
                why: "Even where every module is content, \(kind.calls) returns \(run.answer.rawValue); the last line that is asked is this.",
                write: kind == .session ? ["session required pam_permit.so"] : [])
        }
    }

    /// After the password, pam_setcred(3) goes the same way once more.
    private func withoutCredentials(_ stack: Stack, _ run: Simulation) -> Finding? {
        let isDebian = tree.status("/etc/debian_version") != nil
        let answer = Simulation(stack, after: run, jumpsCount: !isDebian) { _, module in
            switch module.name {
            case "pam_deny": .credErr
            case "pam_exec", "pam_succeed_if", "pam_access", "pam_nologin", "pam_faildelay", "pam_warn", "pam_echo": .ignore
            default: .success
            }
        }.answer
        guard answer != .success, let last = run.asked.last else { return nil }
        return Finding(
            .broken, stack[last].place, "no module gives credentials",
            why: "After a right password pam_setcred returns \(answer.rawValue): every login ends in exit 111. Let the auth lines end with:",
            write: [stack[last].text, "auth     required    pam_permit.so"])
    }

    /// Nobody's password was found right: does somebody get in?
    func openDoor() -> [Finding] {
        let stack = stack(.auth)
        guard !stack.isEmpty, !ownStack(.auth).isEmpty else { return [] }
        for scenario in passwordless(stack) {
            let run = scenario.run(stack, .auth)
            guard run.answer == .success else { continue }
            let asked = run.asked.map { stack[$0] }
            // Who said yes.
            let content = run.asked.filter { index in
                stack[index].module.map { scenario.answer(.auth, index, $0) == .success } ?? false
            }
            let culprit = content.last.map { stack[$0] } ?? asked.last!
            let isChecked = asked.contains { $0.module.map { Role($0, .auth).mayCheck } ?? false }
            let names = content.compactMap { stack[$0].module?.path }
            var why = "Any password, or none, is right: the auth lines succeed"
            why += isChecked ? " although no module found the password right" : " and no module is asked about the password"
            if !names.isEmpty { why += "; it is enough that \(Examination.list(names)) \(names.count == 1 ? "is" : "are") content" }
            why += "."
            if culprit.module?.name == "pam_rootok" { why += " pam_rootok is content where the program runs as root, as mail servers start pam-checkpwd." }
            return [
                Finding(
                    .broken, culprit.place, "lets anyone in", why: why, at: culprit.route.first,
                    write: Examination.model.filter { $0.hasPrefix("auth") })
            ]
        }
        return []
    }

    private func passwordless(_ stack: Stack) -> [Scenario] {
        var scenarios: [Scenario] = []
        for checking in [Answer.authErr, .userUnknown, .authinfoUnavail, .moduleUnknown, .maxtries] {
            for ruling in [Answer.success, .ignore, .authErr] {
                for serving in [Answer.success, .ignore] {
                    scenarios.append(Scenario(checking: checking, ruling: ruling, serving: serving))
                }
            }
            for index in stack.indices where stack[index].module.map({ Role($0, .auth) }) == .rules {
                for (one, rest) in [(Answer.success, Answer.authErr), (.authErr, .success)] {
                    scenarios.append(Scenario(checking: checking, ruling: rest, single: [index: one]))
                }
            }
        }
        return scenarios
    }

    static func list(_ names: [String]) -> String {
        var unique: [String] = []
        for name in names where !unique.contains(name) { unique.append(name) }
        guard unique.count > 1 else { return unique.first ?? "" }
        return unique.dropLast().joined(separator: ", ") + " and " + unique.last!
    }
}
