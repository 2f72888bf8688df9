/// Modules that want what a mail login does not have.
extension Examination {
    func questions() -> [Finding] {
        let codes: Set = ["pam_google_authenticator", "pam_oath", "pam_yubico", "pam_duo", "pam_otpw", "pam_opie"]
        let devices: Set = ["pam_u2f", "pam_fprintd", "pam_pkcs11"]
        let folders = ModuleFolders(in: tree)
        var findings: [Finding] = []
        for step in ownStack(.auth) {
            guard let module = step.module else { continue }
            let decides = step.control[.convErr] == .bad || step.control[.convErr] == .die
            if codes.contains(module.name) || devices.contains(module.name) {
                findings.append(
                    Finding(
                        decides ? .broken : .warning, step.place, "\(module.path) asks for more than a password",
                        why: "A mail client sends a login and a password, and nobody sits there to answer another question.",
                        write: ["# " + step.text]))
            }
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
                    at: step.route.first, write: ["session  required    pam_permit.so"]))
        }
        return findings
    }
}
