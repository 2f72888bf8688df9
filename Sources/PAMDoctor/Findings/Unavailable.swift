/// Stacks that tell a wrong password where nobody could say.
extension Examination {
    func unavailable() -> [Finding] {
        let folders = ModuleFolders(in: tree)
        let trial = isShort ? ProposalTrial(self) : nil
        return [ManagementGroup.auth, .account].flatMap { kind -> [Finding] in
            let stack = ownStack(kind)
            return stack.indices.compactMap { index -> Finding? in
                guard let module = stack[index].module, Role(module, kind) == .checks, !Checker(module).isFactor else { return nil }
                // A line that waits for a module has nothing to ask.
                if module.mayBeMissing, folders.path(of: module) == nil { return nil }
                let turned = Examination.turned(index, in: stack, kind)
                return turned.isEmpty ? nil : finding(index, stack, kind, turned, trial)
            }
        }
    }

    /// The troubles of a step that come out as a refusal.
    static func turned(_ index: Int, in stack: Stack, _ kind: ManagementGroup) -> [(trouble: ReturnValue, told: ReturnValue)] {
        // Of several that are asked, the others do not know the login. Where it does not decide then, they are content.
        let others = [ReturnValue.userUnknown, .authErr, .success].first {
            Scenario(checking: $0, single: [index: .success]).run(stack, kind).answer == .success
        }
        guard let others else { return [] }
        return Situation.Trouble.answers.compactMap { trouble in
            let told = Scenario(checking: others, single: [index: trouble]).run(stack, kind).answer
            return told.meaning == .refusal ? (trouble, told) : nil
        }
    }

    private func finding(
        _ index: Int, _ stack: Stack, _ kind: ManagementGroup, _ turned: [(trouble: ReturnValue, told: ReturnValue)], _ trial: ProposalTrial?
    ) -> Finding {
        let step = stack[index]
        let module = step.module!
        let (trouble, told) = turned[0]
        let what =
            "unavailable reads as \(kind == .auth ? "a wrong password" : "a refusal"): \(module.path) answers \(trouble.rawValue), \(kind.calls) returns \(told.rawValue)"
        let why = """
            Where \(module.path) cannot be asked (\(turned.map(\.trouble.rawValue).joined(separator: ", "))), the mail client hears \
            that the \(kind == .auth ? "password is wrong, and asks its user for another" : "account may not be used"); the server \
            does not learn that it should try again later.
            """
        let isShared = step.route.count > 1
        let advice = isShared ? " Other services use this file, too: leave it, and write the lines in place of the one that takes it in." : ""
        let candidates = isShared ? [own(index, stack, kind)] : mended(index, stack, kind).map { [rewritten(step, $0, kind)] }
        let isOneOfSeveral = stack.count { $0.module.map { Role($0, kind) == .checks && !Checker($0).isFactor } ?? false } > 1 && kind == .auth
        let best = trial.flatMap { trial in candidates.first { trial.worsening([Proposal($0, at: step.route[0])]) == nil } } ?? candidates.first
        return Finding(
            .warning, step.place, what,
            why: why + (isOneOfSeveral ? " The comments of the service file that pam-checkpwd installs say how to ask two backends." : ""), advice: advice, at: step.route[0], write: best ?? [])
    }

    /// Lines in place of one that takes in a file with this step.
    private func own(_ index: Int, _ stack: Stack, _ kind: ManagementGroup) -> [String] {
        let module = stack[index].module!.arguments.filter { $0 != "use_first_pass" }
        let name = ([stack[index].module!.path] + module).joined(separator: " ")
        let model = Examination.model.filter { $0.hasPrefix(kind.rawValue) }
        let faillock = kind == .auth ? stack.filter { $0.module?.name == "pam_faillock" } : []
        func line(_ part: String) -> String? { faillock.first { $0.module!.has(part) }?.text }
        guard let authfail = faillock.first(where: { $0.module!.has("authfail") })?.module else {
            return model.map { $0.replacingFirst("pam_unix.so", with: name) }
        }
        return [model[0]] + [line("preauth")].compactMap { $0 } + [
            "auth     [success=1 \(Examination.counting)] \(name)",
            (["auth     [default=die]", authfail.path] + authfail.arguments).joined(separator: " "), "auth     required    pam_permit.so",
        ] + [line("authsucc")].compactMap { $0 }
    }

    /// The rest of a control with which only a wrong password goes on to pam_faillock, and what a backend that is down
    /// answers stays what it is.
    static let counting = "ignore=ignore auth_err=bad user_unknown=bad default=die"

    /// Controls for a step with which no trouble of it is told as a refusal, and a success does what it does now.
    private func mended(_ index: Int, _ stack: Stack, _ kind: ManagementGroup) -> [String] {
        let isLast = !stack[(index + 1)...].contains { $0.module.map { Role($0, kind).mayCheck } ?? false }
        let success = Examination.success(of: stack[index])
        var rests = ["\(isLast ? "" : "user_unknown=ignore ")ignore=ignore default=die"]
        if !isLast { rests.append("auth_err=ignore user_unknown=ignore ignore=ignore default=die") }
        if kind == .auth { rests.append(Examination.counting) }
        return rests.map { "[\(success) \($0)]" }.filter { control in
            var changed = stack
            guard let parsed = try? Control(pairs: Array(control.dropFirst().dropLast().utf8)) else { return false }
            changed[index].control = parsed
            return Examination.turned(index, in: changed, kind).isEmpty
        }
    }

    /// What a step does after a success.
    ///
    /// - Parameter inserted: how many lines are put in behind it.
    static func success(of step: StackEntry, over inserted: Int = 0) -> String {
        switch step.control[.success] {
        case .jump(let count): "success=\(count + inserted)"
        case .done: "success=done new_authtok_reqd=done"
        default: inserted > 0 ? "success=\(inserted)" : "success=ok new_authtok_reqd=ok"
        }
    }

    func rewritten(_ step: StackEntry, _ control: String, _ kind: ManagementGroup) -> String {
        let module = step.module!
        let arguments = module.arguments.map { $0.contains(" ") ? "[\($0)]" : $0 }
        return ([(module.mayBeMissing ? "-" : "") + kind.rawValue, control, module.path] + arguments).joined(separator: " ")
    }
}
