/// A login in one situation, on its way through a service's stacks.
struct ImaginedLogin {
    enum Verdict: String { case accepted, refused, temporary = "told to try again" }

    let situation: Situation
    private(set) var verdict = Verdict.temporary
    /// Whether pam_faillock or pam_tally2 was asked to count a failure, and to forget failures.
    private(set) var isCounted = false
    private(set) var isForgiven = false
    /// The auth lines that take the password of an earlier line, and no earlier line had asked for one.
    private(set) var emptyHanded: [Int] = []
    /// The last of the auth lines that were asked.
    private(set) var lastAsked: Int?

    /// What the client sent, or what is left of it.
    private struct Token {
        var password: Situation.Part
        var code: Situation.Part
    }

    /// `PAM_AUTHTOK`.
    private var token: Token?
    /// The first question: the conversation answers no other.
    private var asked: String?
    private let isMissing: (Module) -> Bool

    /// - Parameters:
    ///   - stacks: the lines that PAM walks through.
    ///   - isDebian: whether libpam is Debian's.
    ///   - isMissing: whether a module is not installed.
    init(_ situation: Situation, through stacks: [ManagementGroup: Stack], isDebian: Bool, isMissing: @escaping (Module) -> Bool) {
        self.situation = situation
        self.isMissing = isMissing
        verdict = walk(stacks, isDebian)
    }

    private mutating func walk(_ stacks: [ManagementGroup: Stack], _ isDebian: Bool) -> Verdict {
        let auth = stacks[.auth] ?? []
        var first: Simulation?
        if !situation.isChallenge {
            let run = run(auth, .auth)
            lastAsked = run.asked.last
            if let refusal = ImaginedLogin.verdict(of: run.answer) { return refusal }
            first = run
        }
        if let refusal = ImaginedLogin.verdict(of: run(stacks[.account] ?? [], .account).answer) { return refusal }
        // After a challenge nothing was authenticated: the lines are gone through as if for the first time.
        if Simulation.credentials(auth, after: first, isDebian: isDebian) != .success { return .temporary }
        return run(stacks[.session] ?? [], .session).answer == .success ? .accepted : .temporary
    }

    private static func verdict(of answer: ReturnValue) -> Verdict? {
        switch answer.meaning {
        case .success: nil
        case .refusal: .refused
        case .unanswered: .temporary
        }
    }

    private mutating func run(_ stack: Stack, _ kind: ManagementGroup) -> Simulation {
        var login = self
        let simulation = Simulation(stack) { index, module in login.answer(kind, index, module) }
        self = login
        return simulation
    }

    private mutating func answer(_ kind: ManagementGroup, _ index: Int, _ module: Module) -> ReturnValue {
        if isMissing(module) { return .moduleUnknown }
        if module.countsFailures { return count(kind, module) }
        switch Role(module, kind) {
        case .always(let answer): return answer
        case .serves: return kind == .session ? .success : Role.serviceAnswers(module)[0]
        case .rules: return rule(module)
        case .unknown: return kind == .auth ? password(index, module) { $0 != .unknown } : account(module) { $0 != .unknown }
        case .checks: break
        }
        if let trouble = situation.trouble, trouble.module == module.name {
            // pam_unix knows without /etc/shadow that there is no such account.
            if Checker(module) == .shadow, situation.account == .unknown, trouble.answer == .authinfoUnavail { return .userUnknown }
            if kind == .auth, trouble.answer != .moduleUnknown, !Checker(module).isFactor { _ = ask(index, module) }
            return trouble.answer
        }
        switch Checker(module) {
        case .shadow: return kind == .auth ? shadow(index, module) : shadowAccount(module)
        case .directory:
            let isOurs: (Situation.Account) -> Bool = { if case .directory(module.name, _) = $0 { true } else { false } }
            return kind == .auth ? password(index, module, isOurs) : account(module, isOurs)
        case .code: return kind == .auth ? code(index, module) : .success
        case .device: return kind == .auth ? (module.has("nouserok") && !situation.hasCode ? .ignore : .authinfoUnavail) : .success
        case .telephone: return situation.code == .wrong ? .authErr : .success
        }
    }

    private mutating func count(_ kind: ManagementGroup, _ module: Module) -> ReturnValue {
        guard situation.account != .unknown else { return module.name == "pam_faillock" ? .ignore : .success }
        if kind != .auth {
            isForgiven = true
            return .success
        }
        if situation.isLocked { return .authErr }
        if module.name != "pam_faillock" {
            // It counts every login, and forgets those that reach the account lines.
            isCounted = true
            return .success
        }
        if module.has("authfail") {
            isCounted = true
            return .ignore
        }
        if module.has("authsucc") { isForgiven = true }
        return .success
    }

    private func rule(_ module: Module) -> ReturnValue {
        let rule = Role.rule(module)
        switch situation.account {
        case .unknown: return rule.unknown
        case .root:
            if let answer = Conditions.answerToRoot(module) { return answer }
        case .local: break
        case .directory(_, .unseen): return rule.unknown
        case .directory(_, let shadow):
            if module.name == "pam_localuser", shadow != .locked { return rule.refusing }
        }
        if situation.account != .root, let answer = Conditions.answerToPerson(module) { return answer }
        return situation.refusing == module.name ? rule.refusing : rule.passing
    }

    // MARK: Passwords and codes

    /// The answer to a module's question; nil for a second question.
    private mutating func ask(_ module: Module) -> Token? {
        guard asked == nil || asked == module.prompt else { return nil }
        asked = module.prompt
        return Token(password: situation.password, code: situation.code)
    }

    /// The password as pam_get_authtok(3) finds it.
    private mutating func ask(_ index: Int, _ module: Module) -> (Token?, ReturnValue) {
        if let token { return (token, .success) }
        if module.wantsFirstPass {
            emptyHanded.append(index)
            return (nil, .authErr)
        }
        token = ask(module)
        return (token, token == nil ? .convErr : .success)
    }

    private mutating func password(_ index: Int, _ module: Module, _ isOurs: (Situation.Account) -> Bool) -> ReturnValue {
        let (token, failure) = ask(index, module)
        guard let token else { return failure }
        guard isOurs(situation.account) else { return stranger(module) }
        return token.password == .right && token.code == .none ? .success : .authErr
    }

    /// What a directory says of an account that it does not have.
    private func stranger(_ module: Module) -> ReturnValue {
        ["pam_sss", "pam_winbind", "pam_ldap", "pam_systemd_home"].contains(module.name) ? .userUnknown : situation.stranger
    }

    private func account(_ module: Module, _ isOurs: (Situation.Account) -> Bool) -> ReturnValue {
        guard isOurs(situation.account) else {
            switch module.name {
            case "pam_krb5", "pam_heimdal": return .ignore
            case "pam_radius_auth", "pam_radius": return .success
            default: return .userUnknown
            }
        }
        return situation.isExpired ? .acctExpired : .success
    }

    private mutating func shadow(_ index: Int, _ module: Module) -> ReturnValue {
        let (token, failure) = ask(index, module)
        guard let token else { return failure }
        switch situation.account {
        case .unknown, .directory(_, .unseen): return .userUnknown
        case .directory(_, .missing): return .authinfoUnavail
        case .directory: return .authErr
        case .local, .root: return token.password == .right && token.code == .none ? .success : .authErr
        }
    }

    private func shadowAccount(_ module: Module) -> ReturnValue {
        switch situation.account {
        case .unknown, .directory(_, .unseen): .userUnknown
        case .directory(_, .missing): module.has("broken_shadow") ? .success : .authinfoUnavail
        case .directory: .success
        case .local, .root: situation.isExpired ? .acctExpired : .success
        }
    }

    private mutating func code(_ index: Int, _ module: Module) -> ReturnValue {
        let isGoogle = module.name == "pam_google_authenticator"
        guard situation.account != .unknown else { return isGoogle ? .authErr : .userUnknown }
        if !situation.hasCode { return isGoogle ? (module.has("nullok") ? .ignore : .authErr) : .userUnknown }
        var given = module.wantsFirstPass || module.has("try_first_pass") ? token : nil
        if given == nil {
            if module.wantsFirstPass {
                emptyHanded.append(index)
                return .authErr
            }
            given = ask(module)
        }
        guard let given else { return isGoogle ? .authErr : .convErr }
        if isGoogle {
            if module.has("forward_pass") { token = Token(password: given.password, code: .none) }
            return given.code == .right && (module.has("forward_pass") || given.password == .none) ? .success : .authErr
        }
        // What stands before the code is left for the next module.
        token = Token(password: given.password, code: .none)
        return given.code == .right ? .success : .authErr
    }
}
