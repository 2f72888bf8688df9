/// The PAM functions whose return codes are judged.
enum Call {
    case start, setItem, authenticate, checkAccount, setCredentials, openSession, closeSession

    /// The corresponding C function.
    var name: StaticString {
        switch self {
        case .start: "pam_start"
        case .setItem: "pam_set_item"
        case .authenticate: "pam_authenticate"
        case .checkAccount: "pam_acct_mgmt"
        case .setCredentials: "pam_setcred"
        case .openSession: "pam_open_session"
        case .closeSession: "pam_close_session"
        }
    }
}
