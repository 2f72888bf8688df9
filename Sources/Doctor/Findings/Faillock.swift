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
                    why: "It forgets failures after a login, and nothing counts them.", write: [Part.preauth, Part.authfail])
            ]
        }
        var findings: [Finding] = []
        let (preauth, authfail, authsucc) = (steps("preauth"), steps("authfail"), steps("authsucc"))
        for index in all where !preauth.contains(index) && !authfail.contains(index) && !authsucc.contains(index) {
            findings.append(
                Finding(
                    .broken, auth[index].place, "pam_faillock without preauth, authfail or authsucc",
                    why: "It does not know which part it plays, and fails.", write: [Part.preauth]))
        }
        if preauth.isEmpty, !authfail.isEmpty {
            findings.append(
                Finding(
                    .warning, auth[first].place, "pam_faillock has no preauth part",
                    why: "Failures are counted, and a locked account's right password still lets in. Before the line that checks the password:",
                    write: [Part.preauth]))
        }
        if authfail.isEmpty, !preauth.isEmpty || !authsucc.isEmpty {
            findings.append(
                Finding(
                    .warning, auth[first].place, "pam_faillock has no authfail part",
                    why: "Nothing counts the failures: no account is ever locked. In place of the line that checks the password:",
                    write: Part.counted + (authsucc.isEmpty && !account ? [Part.account] : [])))
        }
        if !authfail.isEmpty, authsucc.isEmpty, !account {
            findings.append(
                Finding(
                    .warning, auth[first].place, "pam_faillock has neither an authsucc part nor an account line",
                    why: "A login does not end the count: a few slips over weeks lock an account.", write: [Part.account]))
        }
        findings += reach(authfail, auth)
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
        /// The line that checks the password jumps over the one that counts wrong ones.
        static let counted = ["auth     [success=1 default=bad] pam_unix.so", authfail, "auth     required    pam_permit.so"]
        static let account = "account  required    pam_faillock.so"
    }

    /// The part that counts must be asked after a wrong password, and never after a right one.
    private func reach(_ authfail: [Int], _ auth: Stack) -> [Finding] {
        guard let index = authfail.first else { return [] }
        if Scenario().run(auth, .auth).asked.contains(where: authfail.contains) {
            return [
                Finding(
                    .broken, auth[index].place, "pam_faillock counts right passwords, too",
                    why: "The line is asked even where the password is right: let the line that checks it jump over this one.",
                    write: Part.counted)
            ]
        }
        guard !Scenario(checking: .authErr).run(auth, .auth).asked.contains(where: authfail.contains) else { return [] }
        return [
            Finding(
                .warning, auth[index].place, "pam_faillock is never asked to count",
                why: "After a wrong password the stack ends before this line.",
                write: Part.counted)
        ]
    }
}
