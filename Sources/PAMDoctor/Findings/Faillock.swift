/// pam_faillock(8) has parts that do nothing without each other.
extension Examination {
    func faillock() -> [Finding] {
        let auth = ownStack(.auth)
        func steps(_ part: String) -> [Int] {
            auth.indices.filter { auth[$0].module?.name == "pam_faillock" && auth[$0].module!.arguments.contains(part) }
        }
        let all = auth.indices.filter { auth[$0].module?.name == "pam_faillock" }
        let account = ownStack(.account).contains { $0.module?.name == "pam_faillock" }
        guard let first = all.first else {
            guard account, let step = ownStack(.account).first(where: { $0.module?.name == "pam_faillock" }) else { return [] }
            return [
                Finding(
                    .warning, step.place, "pam_faillock among the account lines only",
                    why: "It forgets failures after a login, and nothing counts them.")
            ]
        }
        var findings: [Finding] = []
        let (authfail, authsucc) = (steps("authfail"), steps("authsucc"))
        // Without a word for its part it plays this one.
        let preauth = all.filter { !authfail.contains($0) && !authsucc.contains($0) }
        let checker = auth.first { $0.module.map { Role($0, .auth).mayCheck } ?? false }
        if preauth.isEmpty, !authfail.isEmpty {
            findings.append(
                Finding(
                    .warning, auth[first].place, "pam_faillock has no preauth part",
                    why: "Failures are counted, and a locked account's right password still lets in.", at: checker?.route[0], .before,
                    write: [Part.preauth]))
        }
        if authfail.isEmpty, !preauth.isEmpty || !authsucc.isEmpty {
            findings.append(
                Finding(
                    .warning, auth[first].place, "pam_faillock has no authfail part",
                    why: "Nothing counts the failures: no account is ever locked.", at: checker?.route[0],
                    write: counted(checker) + (authsucc.isEmpty && !account ? [Part.account] : [])))
        }
        if !authfail.isEmpty, authsucc.isEmpty, !account {
            findings.append(
                Finding(
                    .warning, auth[first].place, "pam_faillock has neither an authsucc part nor an account line",
                    why: "A login does not end the count: a few slips over weeks lock an account.", at: accountPlace, .before,
                    write: [Part.account]))
        }
        findings += reach(authfail, auth, checker)
        if findings.isEmpty {
            findings.append(
                Finding(
                    .note, auth[first].place, "pam_faillock counts mail logins",
                    why: "Anybody on the net can lock an account by trying wrong passwords. A limit by address (fail2ban) cannot be used so."))
        }
        return findings
    }

    private enum Part {
        static let preauth = "auth     required    pam_faillock.so preauth silent"
        static let authfail = "auth     [default=die] pam_faillock.so authfail"
        static let account = "account  required    pam_faillock.so"
    }

    private var accountPlace: Place { ownStack(.account).first?.route[0] ?? Place(path) }

    /// The line that checks the password, so that only a wrong one goes on to the next line, which counts it.
    private func counted(_ checker: StackEntry?) -> [String] {
        guard let checker, checker.route.count == 1, let module = checker.module else { return [] }
        let isPlain = if case .jump = checker.control[.success] { false } else { checker.control[.success] != .done }
        let line = "auth     [\(Examination.success(of: checker, over: 1)) \(Examination.counting)] "
        return [line + ([module.path] + module.arguments).joined(separator: " "), Part.authfail]
            + (isPlain ? ["auth     required    pam_permit.so"] : [])
    }

    /// The part that counts must be asked after a wrong password, and never after a right one.
    private func reach(_ authfail: [Int], _ auth: Stack, _ checker: StackEntry?) -> [Finding] {
        guard let index = authfail.first else { return [] }
        if Scenario().run(auth, .auth).asked.contains(where: authfail.contains) {
            return [
                Finding(
                    .broken, auth[index].place, "pam_faillock counts right passwords, too",
                    why: "The line is asked even where the password is right: let the line that checks it jump over this one.")
            ]
        }
        guard !Scenario(checking: .authErr).run(auth, .auth).asked.contains(where: authfail.contains) else { return [] }
        return [
            Finding(
                .warning, auth[index].place, "pam_faillock is never asked to count",
                why: "After a wrong password the stack ends before this line.", at: checker?.place, write: jumping(checker, auth, index))
        ]
    }

    /// The line that checks the password, so that a wrong one goes on to the line that counts.
    private func jumping(_ checker: StackEntry?, _ auth: Stack, _ authfail: Int) -> [String] {
        guard let checker, checker.route.count == 1, let module = checker.module else { return [] }
        let control = "[\(Examination.success(of: checker)) \(Examination.counting)]"
        return [(["auth    ", control, module.path] + module.arguments).joined(separator: " ")]
    }
}
