/// A walk through a stack as libpam makes it: which lines are asked, and what comes out.
public struct Simulation: Sendable {
    /// What PAM's function returns.
    public private(set) var answer = ReturnValue.permDenied
    /// The indices of the steps that were asked, in order.
    public private(set) var asked: [Int] = []
    /// The steps whose jump leads behind the end of their stack, which libpam takes for a failure.
    public private(set) var badJumps: [Int] = []
    /// What each step answered.
    private var answers: [Int: ReturnValue] = [:]

    private enum Impression { case undefined, positive, negative }
    private var impression = Impression.undefined

    /// - Parameters:
    ///   - stack: its steps.
    ///   - first: for pam_setcred(3) and pam_close_session(3), the walk of pam_authenticate(3) or pam_open_session(3): it
    ///     tells the way through the stack, whatever modules answer now.
    ///   - jumpsCount: whether on that way a jump counts as 'ok' besides. It does not with Debian's libpam.
    ///   - module: what a module answers.
    public init(
        _ stack: Stack, after first: Simulation? = nil, jumpsCount: Bool = false, _ module: (Int, Module) -> ReturnValue
    ) {
        // What was, where a substack begins: 'reset' goes back to it.
        var before: [Int: (Impression, ReturnValue)] = [0: (.undefined, .permDenied)]
        var previous = 0
        var index = 0
        while index < stack.count {
            let step = stack[index]
            let level = step.level
            if previous < level { before[level] = (impression, answer) }
            previous = level
            let returned: ReturnValue
            switch step.work {
            case .substack:
                index += 1
                continue
            case .fails: returned = .permDenied
            case .module(let module_): returned = module(index, module_)
            }
            asked.append(index)
            answers[index] = returned
            if returned == .incomplete {
                answer = .incomplete
                return
            }
            let ruling = first?.answers[index] ?? returned
            switch step.control[ruling] {
            case .reset: (impression, answer) = before[level] ?? (.undefined, .permDenied)
            case .ok: approve(returned, ruling)
            case .done:
                approve(returned, ruling)
                if impression == .positive { Simulation.skipRest(stack, &index, level) }
            case .bad: fail(returned)
            case .die:
                fail(returned)
                Simulation.skipRest(stack, &index, level)
            case .ignore: break
            case .jump(let count):
                if first != nil, jumpsCount { approve(returned, ruling) }
                if !Simulation.skip(stack, &index, level, count) {
                    badJumps.append(asked.last!)
                    impression = .negative
                    answer = .permDenied
                }
            }
            index += 1
        }
        if answer == .success, impression != .positive { answer = .permDenied }
    }

    private mutating func approve(_ returned: ReturnValue, _ ruling: ReturnValue) {
        guard impression == .undefined || (impression == .positive && answer == .success) else { return }
        guard returned != .ignore || ruling == .ignore else { return }
        impression = .positive
        answer = returned
    }

    private mutating func fail(_ returned: ReturnValue) {
        guard impression != .negative else { return }
        impression = .negative
        answer = returned == .ignore ? .permDenied : returned
    }

    /// To the last step of this level's stack.
    private static func skipRest(_ stack: Stack, _ index: inout Int, _ level: Int) {
        while index + 1 < stack.count, stack[index + 1].level >= level { index += 1 }
    }

    /// Over so many steps of this level; a substack is one.
    ///
    /// - Returns: whether there were so many.
    private static func skip(_ stack: Stack, _ index: inout Int, _ level: Int, _ count: Int) -> Bool {
        var left = count
        while left > 0, index + 1 < stack.count, stack[index + 1].level >= level {
            repeat { index += 1 } while index + 1 < stack.count && stack[index + 1].level > level
            left -= 1
        }
        return left == 0
    }

    /// What pam_setcred(3) returns. After a walk of pam_authenticate(3) it goes the same way once more.
    static func credentials(_ stack: Stack, after first: Simulation?, isDebian: Bool) -> ReturnValue {
        Simulation(stack, after: first, jumpsCount: !isDebian) { _, module in
            switch module.name {
            case "pam_deny": .credErr
            case "pam_exec", "pam_succeed_if", "pam_access", "pam_nologin", "pam_faildelay", "pam_warn", "pam_echo", "pam_usertype", "pam_env": .ignore
            default: .success
            }
        }.answer
    }
}

/// A login that is imagined: what the modules that check say to it, what those that rule, and so on.
struct Scenario {
    var checking = ReturnValue.success
    var ruling = ReturnValue.success
    var serving = ReturnValue.success
    /// What single steps say, whatever their role is.
    var single: [Int: ReturnValue] = [:]

    func answer(_ kind: ManagementGroup, _ index: Int, _ module: Module) -> ReturnValue {
        if let answer = single[index] { return answer }
        return switch Role(module, kind) {
        case .checks, .unknown: checking
        case .rules: ruled(Role.rule(module))
        case .always(let answer): answer
        case .serves:
            if kind == .session { serving } else { Role.serviceAnswers(module).contains(serving) ? serving : Role.serviceAnswers(module)[0] }
        }
    }

    private func ruled(_ rule: Role.Rule) -> ReturnValue {
        switch ruling {
        case .success: rule.passing
        case .authErr: rule.refusing
        default: rule.isCertain ? rule.passing : ruling
        }
    }

    func run(_ stack: Stack, _ kind: ManagementGroup) -> Simulation {
        Simulation(stack) { answer(kind, $0, $1) }
    }
}
