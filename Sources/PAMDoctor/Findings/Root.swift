/// Whether root may log in by mail, and what rules only passwords.
extension Examination {
    func rootAdmitted() -> [Finding] {
        let auth = ownStack(.auth)
        let account = stack(.account)
        guard !auth.isEmpty, !account.isEmpty else { return [] }
        guard admitsRoot(auth, .auth, .success), admitsRoot(account, .account, .success) else {
            // Where there are none, those to write keep root out.
            guard admitsRoot(account, .account, .success), let first = ownStack(.account).first else { return [] }
            return [
                Finding(
                    .warning, first.route[0], "root is kept out by password only",
                    why: """
                        The auth lines refuse root, the account lines do not, and after CRAM-MD5 or APOP only those are asked: where \
                        root has a secret, root logs in.
                        """,
                    at: first.route[0], .before,
                    write: Examination.model.filter { $0.hasPrefix("account") && $0.contains("pam_succeed_if.so") })
            ]
        }
        // Rules whose files we do not read may well name root.
        let mayBeRuled = !(admitsRoot(auth, .auth, .permDenied) && admitsRoot(account, .account, .permDenied))
        return [
            Finding(
                mayBeRuled ? .note : .warning, auth[0].route[0],
                mayBeRuled ? "root may be admitted: it depends on rules in other files" : "root is admitted",
                why: """
                    Anybody on the net may try root's password here\(mayBeRuled ? ", unless \(ruleNames(auth + account)) say otherwise" : ""). \
                    Nobody needs root's mailbox: root's mail is forwarded.
                    """,
                at: auth[0].route[0], .before, write: Examination.model.filter { $0.contains("pam_succeed_if.so") })
        ]
    }

    /// - Parameter unclear: what rules say that are in other files.
    private func admitsRoot(_ stack: Stack, _ kind: ManagementGroup, _ unclear: ReturnValue) -> Bool {
        var single: [Int: ReturnValue] = [:]
        for (index, step) in stack.enumerated() {
            guard let module = step.module, Role(module, kind) == .rules else { continue }
            if ["pam_faillock", "pam_tally2", "pam_nologin", "pam_shells", "pam_localuser"].contains(module.name) { continue }
            single[index] = Conditions.answerToRoot(module) ?? unclear
        }
        return Scenario(single: single).run(stack, kind).answer == .success
    }

    private func ruleNames(_ stack: Stack) -> String {
        Examination.list(
            stack.compactMap(\.module).filter { Role($0, .auth) == .rules && Conditions.answerToRoot($0) == nil && $0.name != "pam_faillock" }
                .map(\.path))
    }

    /// Rules among the auth lines that the account lines do not have.
    func onlyForPasswords() -> [Finding] {
        let ruling: Set = ["pam_access", "pam_nologin", "pam_listfile", "pam_succeed_if", "pam_usertype", "pam_shells"]
        // Where there are none, that is said already.
        guard !ownStack(.account).isEmpty else { return [] }
        let names = Set(stack(.account).compactMap { $0.module?.name })
        var seen: Set<String> = []
        return ownStack(.auth).compactMap { step in
            guard let module = step.module, ruling.contains(module.name), !names.contains(module.name) else { return nil }
            // A rule that only leads the way is none.
            guard step.control[.authErr] == .bad || step.control[.authErr] == .die, seen.insert(module.name).inserted else { return nil }
            return Finding(
                .warning, step.place, "\(module.path) rules passwords only",
                why: "After CRAM-MD5 or APOP only the account lines are asked: who is refused here gets in by a challenge.",
                at: ownStack(.account)[0].route[0], .before,
                write: [(["account  required   ", module.path] + module.arguments).joined(separator: " ")])
        }
    }
}
