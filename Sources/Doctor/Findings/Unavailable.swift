/// Stacks that tell a wrong password where nobody could say.
extension Examination {
    /// What a module answers when what it asks is down, closed to it, or not there.
    private static let troubles: [Answer] = [.authinfoUnavail, .systemErr, .serviceErr, .moduleUnknown]

    func unavailable() -> [Finding] {
        [Kind.auth, .account].flatMap { kind in
            let stack = ownStack(kind)
            return stack.indices.filter { stack[$0].module.map { Role($0, kind) } == .checks }.compactMap { index in
                let turned = Examination.turned(index, in: stack, kind)
                return turned.isEmpty ? nil : finding(index, stack, kind, turned)
            }
        }
    }

    /// The troubles of a step that come out as a refusal.
    static func turned(_ index: Int, in stack: Stack, _ kind: Kind) -> [(trouble: Answer, told: Answer)] {
        // Of several that are asked, the others do not know the login. Where it does not decide then, they are content.
        let others = [Answer.userUnknown, .authErr, .success].first {
            Scenario(checking: $0, single: [index: .success]).run(stack, kind).answer == .success
        }
        guard let others else { return [] }
        return troubles.compactMap { trouble in
            let told = Scenario(checking: others, single: [index: trouble]).run(stack, kind).answer
            return told.meaning == .refusal ? (trouble, told) : nil
        }
    }

    private func finding(_ index: Int, _ stack: Stack, _ kind: Kind, _ turned: [(trouble: Answer, told: Answer)]) -> Finding {
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
        var lines: [String] = []
        if let control = mended(index, stack, kind) { lines = [rewritten(step, control, kind)] }
        if step.route.count > 1 {
            // What others use, too, is not changed for our sake.
            lines = Examination.model.filter { $0.hasPrefix(kind.rawValue) }
                .map { $0.replacingFirst("pam_unix.so", with: ([module.path] + module.arguments).joined(separator: " ")) }
            return Finding(
                .warning, step.place, what,
                why: why + " Other services use this file, too: leave it, and write the lines in place of the one that takes it in.",
                at: step.route[0], write: lines)
        }
        return Finding(.warning, step.place, what, why: why, write: lines)
    }

    /// A control for a step with which no trouble of it is told as a refusal, and a success does what it does now.
    private func mended(_ index: Int, _ stack: Stack, _ kind: Kind) -> String? {
        let success: String
        switch stack[index].control[.success] {
        case .jump(let count): success = "success=\(count)"
        case .done: success = "success=done new_authtok_reqd=done"
        default: success = "success=ok new_authtok_reqd=ok"
        }
        let isLast = !stack[(index + 1)...].contains { $0.module.map { Role($0, kind).mayCheck } ?? false }
        let control = "[\(success)\(isLast ? "" : " user_unknown=ignore") ignore=ignore default=die]"
        var changed = stack
        guard let parsed = try? Control(pairs: Array(control.dropFirst().dropLast().utf8)) else { return nil }
        changed[index].control = parsed
        return Examination.turned(index, in: changed, kind).isEmpty ? control : nil
    }

    private func rewritten(_ step: Step, _ control: String, _ kind: Kind) -> String {
        let module = step.module!
        let arguments = module.arguments.map { $0.contains(" ") ? "[\($0)]" : $0 }
        return ([(module.mayBeMissing ? "-" : "") + kind.rawValue, control, module.path] + arguments).joined(separator: " ")
    }
}
