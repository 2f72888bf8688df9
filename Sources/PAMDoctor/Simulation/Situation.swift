/// All that the outcome of one imagined login depends on.
struct Situation: Hashable, Sendable {
    enum Account: Hashable, Sendable {
        /// In /etc/passwd and /etc/shadow.
        case local
        /// Its password is known to this module only.
        case directory(String, Shadow)
        case root
        case unknown
    }

    /// What pam_unix finds of an account whose password is elsewhere; tried with Linux-PAM 1.5.2.
    enum Shadow: Hashable, CaseIterable, Sendable {
        /// The account is in /etc/passwd, and the field in /etc/shadow is '*' or 'x': wrong, it says.
        case locked
        /// The name service says '*' or 'x': wrong, it says.
        case remote
        /// The name service says 'x', and there is no shadow entry: unavailable, it says.
        case missing
        /// The name service is down together with the directory: the account is unknown.
        case unseen
    }

    enum Part: Hashable, Sendable { case right, wrong, none }

    /// A module whose backend does not answer, and what the module says then.
    struct Trouble: Hashable, Sendable {
        let module: String
        let answer: ReturnValue
    }

    var account = Account.local
    /// What the client sends: a password, a code, or one behind the other.
    var password = Part.right
    var code = Part.none
    /// Whether the account is set up for codes.
    var hasCode = true
    var isExpired = false
    /// Whether pam_faillock or pam_tally2 has locked the account.
    var isLocked = false
    var trouble: Trouble?
    /// A rule that refuses the login.
    var refusing: String?
    /// What a directory says of an account that it does not have.
    var stranger = ReturnValue.userUnknown
    /// Whether it is CRAM-MD5 or APOP, of which PAM sees only what comes after the password.
    var isChallenge = false

    /// Every situation that makes a difference to these modules.
    static func all(for modules: [Module]) -> [Situation] {
        let checkers = modules.filter { Role($0, .auth) == .checks }
        // Enough for every real stack, and an end for others.
        func names(_ modules: [Module]) -> [String] { Array(Set(modules.map(\.name)).sorted().prefix(6)) }
        let directories = names(checkers.filter { Checker($0) == .directory })
        // Of others the account tells what they say.
        let rules = names(modules.filter {
            Role($0, .auth) == .rules && !$0.countsFailures && $0.name != "pam_localuser" && Conditions.answerToPerson($0) == nil
        })
        let locks = modules.contains(where: \.countsFailures)
        let hasFactor = checkers.contains { Checker($0).isFactor }
        let homes = directories.flatMap { name in [Shadow.locked, .remote, .missing].map { Account.directory(name, $0) } }
        let parts: [(Part, Part)] =
            [(.right, .none), (.wrong, .none)]
            + (hasFactor ? [(.right, .right), (.none, .right), (.right, .wrong), (.wrong, .right), (.wrong, .wrong), (.none, .wrong)] : [])
        let troubles = names(checkers).flatMap { name in Trouble.answers.map { Trouble(module: name, answer: $0) } }
        var all: [Situation] = []
        for account in [Account.local] + homes + [.unknown, .root] {
            for stranger in directories.isEmpty ? [ReturnValue.userUnknown] : [.userUnknown, .authErr] {
                for (password, code) in parts {
                    let plain = Situation(account: account, password: password, code: code, stranger: stranger)
                    all.append(plain)
                    if password == .wrong, code == .wrong { continue }
                    all += troubles.map { var it = plain; it.trouble = $0; return it }
                    guard password == .right, code != .wrong, account != .unknown else { continue }
                    var expired = plain, locked = plain, without = plain
                    expired.isExpired = true
                    locked.isLocked = true
                    without.hasCode = false
                    all.append(expired)
                    if locks { all.append(locked) }
                    if hasFactor { all.append(without) }
                    all += rules.map { var it = plain; it.refusing = $0; return it }
                }
            }
            guard account != .unknown else { continue }
            let challenge = Situation(account: account, isChallenge: true)
            var expired = challenge
            expired.isExpired = true
            all += [challenge, expired] + rules.map { var it = challenge; it.refusing = $0; return it }
            all += troubles.map { var it = challenge; it.trouble = $0; return it }
        }
        for name in directories {
            all += Trouble.answers.map { Situation(account: .directory(name, .unseen), trouble: Trouble(module: name, answer: $0)) }
        }
        return all
    }

    /// What codes a service asks for.
    struct Codes {
        let areAsked: Bool
        /// Whether an account that is not set up for them needs none.
        let areOptional: Bool

        init(_ modules: [Module]) {
            let factors = modules.filter { Role($0, .auth) == .checks && Checker($0).isFactor }
            areAsked = !factors.isEmpty
            areOptional = factors.allSatisfy { $0.has("nullok") || $0.has("nouserok") }
        }
    }

    /// Whether a login should be accepted. `nil` if that is for the administrator to say: then no proposal changes it.
    func isEntitled(_ codes: Codes) -> Bool? {
        if account == .root || account == .unknown || isExpired || isLocked { return false }
        if isChallenge { return refusing == nil ? true : nil }
        if password == .wrong || code == .wrong { return false }
        if refusing != nil { return nil }
        guard codes.areAsked else { return true }
        if !hasCode { return codes.areOptional && code == .none ? true : nil }
        return password == .right && code == .right ? true : nil
    }

    /// Whether the backend that knows the password does not answer, so that right or wrong cannot be told.
    var isUndecided: Bool {
        guard let trouble else { return false }
        return switch account {
        case .local: Checker(Module(trouble.module)) != .directory
        case .directory(let name, _): name == trouble.module || Checker(Module(trouble.module)).isFactor
        // Whatever the backend would say, it could only be no.
        case .root, .unknown: false
        }
    }

    /// In words, for a person.
    var words: String {
        let who =
            switch account {
            case .local: "a local account"
            case .directory(let module, .locked): "an account of \(module) whose field in /etc/shadow is '*' or 'x'"
            case .directory(let module, .remote): "an account of \(module)"
            case .directory(let module, .missing): "an account of \(module) that has no shadow entry"
            case .directory(let module, .unseen): "an account of \(module) that the name service does not find now"
            case .root: "root"
            case .unknown: "an unknown login"
            }
        var with =
            switch (password, code) {
            case (.right, .none): "the right password"
            case (.right, .right): "the right password and the right code"
            case (.none, .right): "the right code alone"
            case (.right, .wrong): "the right password and a wrong code"
            case (.wrong, .right): "a wrong password and the right code"
            case (.wrong, _): "a wrong password"
            case (.none, _): "a wrong code"
            }
        if isChallenge { with = "the right answer to a challenge" }
        var text = "\(who) with \(with)"
        if !hasCode { text += ", not set up for codes" }
        if isExpired { text += ", expired" }
        if isLocked { text += ", locked after many failures" }
        if let refusing { text += ", refused by \(refusing)" }
        if let trouble { text += ", while \(trouble.module) answers \(trouble.answer.rawValue)" }
        return text
    }
}

extension Situation.Trouble {
    /// What a module answers when what it asks is down, closed to it, or not there.
    static let answers: [ReturnValue] = [.authinfoUnavail, .systemErr, .serviceErr, .moduleUnknown]
}
