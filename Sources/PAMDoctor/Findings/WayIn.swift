/// Whether the right people get in, and only with a password.
extension Examination {
    private static let checked: [ManagementGroup] = [.auth, .account, .session]

    func jumps() -> [Finding] {
        var findings: [Finding] = []
        for kind in Examination.checked {
            let stack = ownStack(kind)
            for (index, step) in stack.enumerated() where step.module != nil {
                for answer in ReturnValue.allCases {
                    guard case .jump(let count) = step.control[answer] else { continue }
                    // Asked alone, from this step on: its jump is bad or not, whatever comes before.
                    let rest = Array(stack[index...])
                    guard Simulation(rest, { index, _ in index == 0 ? answer : .ignore }).badJumps.contains(0) else { continue }
                    findings.append(
                        Finding(
                            answer == .success ? .broken : .warning, step.place, "jump over \(count) lines, and there are not so many",
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
        let answer = Simulation.credentials(stack, after: run, isDebian: isDebian)
        guard answer != .success, let last = run.asked.last else { return nil }
        return Finding(
            .broken, stack[last].place, "no module gives credentials",
            why: "After a right password pam_setcred returns \(answer.rawValue): every login ends in exit 111. Let the auth lines end with:",
            write: [stack[last].text, "auth     required    pam_permit.so"])
    }

    /// use_first_pass takes the password that an earlier line asked for: was there one?
    func firstPass() -> [Finding] {
        let auth = ownStack(.auth)
        let stacks = [ManagementGroup.auth: auth, .account: stack(.account), .session: stack(.session)]
        let situations = Situation.all(for: auth.compactMap(\.module)).filter { $0.trouble == nil && $0.refusing == nil && $0.password != .wrong }
        func imagine(_ stacks: [ManagementGroup: Stack]) -> [ImaginedLogin] {
            situations.map { ImaginedLogin($0, through: stacks, isDebian: isDebian) { _ in false } }
        }
        guard auth.contains(where: { $0.module?.wantsFirstPass ?? false }) else { return [] }
        let now = imagine(stacks)
        return auth.indices.filter { auth[$0].module?.wantsFirstPass ?? false }.compactMap { index in
            guard now.contains(where: { $0.emptyHanded.contains(index) }) else { return nil }
            var changed = stacks
            changed[.auth]![index] = auth[index].without("use_first_pass")
            let helped = zip(now, imagine(changed)).filter {
                $0.emptyHanded.contains(index) && $0.verdict != .accepted && $1.verdict == .accepted
            }.map(\.0.situation)
            guard let one = helped.first else { return nil }
            let isAll = helped.contains { $0.hasCode }
            // If a code is optional, accounts without one are not all accounts.
            return Finding(
                isAll ? .broken : .warning, auth[index].place, "use_first_pass, and no line before it asks for the password",
                why: "The module takes the password that an earlier line asked for. Here there is none, and a right password is refused (\(one.words)).",
                write: auth[index].route.count > 1 ? [] : [auth[index].without("use_first_pass").text])
        }
    }

    /// A directory whose yes would be enough: is it asked about its own accounts?
    func cutOff() -> [Finding] {
        let auth = ownStack(.auth)
        let stacks = [ManagementGroup.auth: auth, .account: stack(.account), .session: stack(.session)]
        var seen: Set<String> = []
        return auth.enumerated().compactMap { index, step in
            guard let module = step.module, Role(module, .auth) == .checks, Checker(module) == .directory else { return nil }
            let decides = if case .jump = step.control[.success] { true } else { step.control[.success] == .done }
            guard decides, seen.insert(module.name).inserted else { return nil }
            for shadow in [Situation.Shadow.remote, .locked] {
                let situation = Situation(account: .directory(module.name, shadow))
                let login = ImaginedLogin(situation, through: stacks, isDebian: isDebian) { _ in false }
                guard login.verdict != .accepted, let end = login.lastAsked, end < index, let unix = auth[end].module, Checker(unix) == .shadow else { continue }
                let control = "[\(Examination.success(of: auth[end])) auth_err=ignore user_unknown=ignore ignore=ignore default=die]"
                return Finding(
                    .broken, auth[end].place, "the right password of an account of \(module.name) is refused",
                    why: """
                        \(unix.path) answers auth_err for an account whose password is elsewhere ('*' or 'x' in its shadow field), and \
                        the stack ends before \(module.path) is asked.
                        """,
                    write: auth[end].route.count > 1 ? [] : [rewritten(auth[end], control, .auth)])
            }
            return nil
        }
    }

    /// Accounts that have expired: do the account lines let them in?
    func expired() -> [Finding] {
        let own = ownStack(.account)
        guard let first = own.first?.route[0] else { return [] }
        let checkers = ownStack(.auth).compactMap(\.module).filter { Role($0, .auth) == .checks }
        var seen: Set<String> = []
        return checkers.compactMap { module in
            let isLocal = Checker(module) == .shadow
            // Other directories tell pam_unix through the name service when an account ends, or not at all.
            guard isLocal || module.name == "pam_sss", seen.insert(module.name).inserted else { return nil }
            let account = isLocal ? Situation.Account.local : .directory(module.name, .remote)
            let forms = [Situation(account: account), Situation(account: account, code: .right), Situation(account: account, password: .none, code: .right)]
            let isAdmitted = zip(imagine(forms), imagine(forms.map { var it = $0; it.isExpired = true; return it })).contains {
                $0.verdict == .accepted && $1.verdict == .accepted
            }
            guard isAdmitted else { return nil }
            return Finding(
                .warning, own[0].place, "an account that has expired gets in",
                why: "\(module.path) knows which accounts have expired, and the account lines do not ask it.", at: first, .before,
                write: [isLocal ? "account  required    \(module.path)" : "account  [success=ok ignore=ignore user_unknown=ignore default=bad] \(module.path)"])
        }
    }

    /// Nobody's password was found right: does somebody get in?
    func openDoor() -> [Finding] {
        let stack = stack(.auth)
        guard let (scenario, run, isAccepted) = passwordless() else { return [] }
        let asked = run.asked.map { stack[$0] }
        // The modules that said yes.
        let content = run.asked.filter { index in
            stack[index].module.map { scenario.answer(.auth, index, $0) == .success } ?? false
        }
        let culprit = content.last.map { stack[$0] } ?? asked.last!
        let isChecked = asked.contains { $0.module.map { Role($0, .auth).mayCheck } ?? false }
        let names = content.compactMap { stack[$0].module?.path }
        var succeeding = "the auth lines succeed"
        succeeding += isChecked ? " although no module found the password right" : " and no module is asked about the password"
        if !names.isEmpty { succeeding += "; it is enough that \(Examination.list(names)) \(names.count == 1 ? "is" : "are") content" }
        succeeding += "."
        if culprit.module?.name == "pam_rootok" { succeeding += " pam_rootok is content if the program runs as root, as mail servers start pam-checkpwd." }
        if names.contains(where: { $0.contains("pam_exec") }) {
            succeeding += " A program gets the password from pam_exec only with expose_authtok."
        }
        let proposal = closing(culprit, stack)
        guard isAccepted else {
            return [
                Finding(
                    .warning, culprit.place, "only pam_setcred refuses a wrong password",
                    why: "Any password passes pam_authenticate: \(succeeding) No module then gives credentials: a wrong password ends in exit 111, as if it could not be checked.",
                    at: proposal.place, write: proposal.lines)
            ]
        }
        return [
            Finding(
                .broken, culprit.place, "lets anyone in", why: "Any password, or none, is right: \(succeeding)", at: proposal.place,
                write: proposal.lines)
        ]
    }

    /// A login whose auth lines succeed without a right password, and whether pam_setcred(3) lets it through, too.
    private func passwordless() -> (Scenario, Simulation, isAccepted: Bool)? {
        let stack = stack(.auth)
        guard !stack.isEmpty, !ownStack(.auth).isEmpty else { return nil }
        var refused: (Scenario, Simulation, isAccepted: Bool)?
        for scenario in scenarios(stack) {
            let run = scenario.run(stack, .auth)
            guard run.answer == .success else { continue }
            if Simulation.credentials(stack, after: run, isDebian: isDebian) == .success { return (scenario, run, true) }
            if refused == nil { refused = (scenario, run, false) }
        }
        return refused
    }

    /// Lines with which the door is closed.
    private func closing(_ culprit: StackEntry, _ stack: Stack) -> Proposal {
        let model = Proposal(Examination.model.filter { $0.hasPrefix("auth") }, at: culprit.route[0])
        // The line that checks the password may be enough, if what it says counts.
        let last = stack.last { $0.route.count == 1 && ($0.module.map { Role($0, .auth).mayCheck } ?? false) }
        guard isShort, let last, let module = last.module else { return model }
        let required = Proposal([(["auth     required   ", module.path] + module.arguments).joined(separator: " ")], at: last.place)
        let trial = ProposalTrial(self)
        return [required, model].first {
            trial.worsening([$0]) == nil && Examination(named: service, in: Proposal.following([$0], in: tree)).passwordless() == nil
        } ?? model
    }

    private func scenarios(_ stack: Stack) -> [Scenario] {
        var scenarios: [Scenario] = []
        for checking in [ReturnValue.authErr, .userUnknown, .authinfoUnavail, .moduleUnknown, .maxtries] {
            for ruling in [ReturnValue.success, .ignore, .authErr] {
                for serving in [ReturnValue.success, .ignore] {
                    scenarios.append(Scenario(checking: checking, ruling: ruling, serving: serving))
                }
            }
            for index in stack.indices where stack[index].module.map({ Role($0, .auth) }) == .rules {
                let rule = Role.rule(stack[index].module!)
                for (one, rest) in [(rule.passing, ReturnValue.authErr), (rule.refusing, .success)] {
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
