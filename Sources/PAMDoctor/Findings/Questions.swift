/// Modules that want what a mail login does not have.
extension Examination {
    func questions() -> [Finding] {
        let folders = ModuleFolders(in: tree)
        var findings: [Finding] = []
        for step in ownStack(.auth) {
            guard let module = step.module else { continue }
            if Role(module, .auth) == .checks, Checker(module).isFactor { findings.append(factor(module, step)) }
            if Role(module, .auth) == .unknown, folders.path(of: module) != nil {
                findings.append(
                    Finding(
                        .note, step.place, "\(module.path) is not known here",
                        why: "It was taken for a module that checks the password. Whether it does, its own manual says."))
            }
        }
        for step in ownStack(.session) where ["pam_systemd", "pam_elogind"].contains(step.module?.name) {
            findings.append(
                Finding(
                    .note, step.place, "\(step.module!.path) makes a session of logind's out of each mail login",
                    why: "It costs each login some milliseconds, and fills the journal. pam-checkpwd's --no-session opens none.",
                    // What else a file does that is taken in, a line in its place would not do.
                    write: step.route.count > 1 ? [] : ["session  required    pam_permit.so"]))
        }
        return findings
    }

    /// What a client must send so that a second factor is content.
    private func factor(_ module: Module, _ step: StackEntry) -> Finding {
        if Checker(module) == .telephone {
            return Finding(
                .warning, step.place, "\(module.path) asks a telephone",
                why: "It can do so only with 'autopush = yes' in its file: a mail client cannot answer which telephone to ask.")
        }
        let forms: [(Situation.Part, Situation.Part, String)] = [
            (.right, .right, "the password with the code behind it"), (.none, .right, "the code alone"), (.right, .none, "the password alone"),
        ]
        let accounts = Set(Situation.all(for: ownStack(.auth).compactMap(\.module)).map(\.account)).filter { $0 != .root && $0 != .unknown }
        let accepted = forms.filter { password, code, _ in
            imagine(accounts.map { Situation(account: $0, password: password, code: code) }).contains { $0.verdict == .accepted }
        }
        if Checker(module) == .code, accepted.contains(where: { $0.1 == .right }) {
            return Finding(
                .note, step.place, "\(module.path) wants a code",
                why: """
                    A mail client has one field for it, and must send \(accepted.map(\.2).joined(separator: ", or ")). One that keeps what \
                    was typed sends an old code at its next login.
                    """)
        }
        let decides = [ReturnValue.convErr, .authErr].contains { step.control[$0] == .bad || step.control[$0] == .die }
        var why = "A mail client sends a login and a password, and nobody sits there to answer another question."
        if Checker(module) == .code {
            why += module.name == "pam_google_authenticator"
                ? " If this line comes first, with forward_pass, and use_first_pass stands on the line that checks the password, a client can send the code behind the password."
                : " If this line comes first, and use_first_pass stands on the line that checks the password, a client can send the code behind the password."
        }
        return Finding(decides ? .broken : .warning, step.place, "\(module.path) asks for more than a password", why: why)
    }
}
