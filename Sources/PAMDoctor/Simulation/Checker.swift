/// How a module that checks logins does it, as far as its name tells.
enum Checker {
    /// With /etc/shadow.
    case shadow
    /// With passwords of its own: a directory, a database, a file.
    case directory
    /// With a code that is different each time. The client has one field for password and code.
    case code
    /// With a device on the server itself, or with a question that a mail client cannot answer.
    case device
    /// With a question to a telephone.
    case telephone

    init(_ module: Module) {
        switch module.name {
        case "pam_unix", "pam_unix2", "pam_pwdb": self = .shadow
        case "pam_google_authenticator", "pam_oath", "pam_yubico": self = .code
        case "pam_u2f", "pam_fprintd", "pam_pkcs11", "pam_otpw", "pam_opie": self = .device
        case "pam_duo": self = .telephone
        default: self = .directory
        }
    }

    var isFactor: Bool { self == .code || self == .device || self == .telephone }
}

extension Module {
    /// Whether it locks accounts after some failures.
    var countsFailures: Bool { ["pam_faillock", "pam_tally", "pam_tally2"].contains(name) }

    func has(_ argument: String) -> Bool { arguments.contains(argument) }

    /// Whether it never asks for the password itself.
    var wantsFirstPass: Bool { has("use_first_pass") }

    /// What it asks, when it asks: the conversation answers only one question, however often.
    var prompt: String {
        switch name {
        case "pam_google_authenticator": has("forward_pass") ? "Password & verification code: " : "Verification code: "
        case "pam_oath": "One-time password (OATH): "
        case "pam_yubico": "YubiKey: "
        default: "Password: "
        }
    }
}
