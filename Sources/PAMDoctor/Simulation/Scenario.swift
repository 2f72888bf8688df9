/// A login that is imagined: what the modules that check say to it, what those that rule, and so on.
struct Scenario {
    var checking = Answer.success
    var ruling = Answer.success
    var serving = Answer.success
    /// What single steps say, whatever their role is.
    var single: [Int: Answer] = [:]

    func answer(_ kind: Kind, _ index: Int, _ module: Module) -> Answer {
        if let answer = single[index] { return answer }
        return switch Role(module, kind) {
        case .checks, .unknown: checking
        case .rules: ruled(Role.rule(module))
        case .always(let answer): answer
        case .serves:
            if kind == .session { serving } else { Role.serviceAnswers(module).contains(serving) ? serving : Role.serviceAnswers(module)[0] }
        }
    }

    private func ruled(_ rule: Role.Rule) -> Answer {
        switch ruling {
        case .success: rule.passing
        case .authErr: rule.refusing
        default: rule.isCertain ? rule.passing : ruling
        }
    }

    func run(_ stack: Stack, _ kind: Kind) -> Simulation {
        Simulation(stack) { answer(kind, $0, $1) }
    }
}
