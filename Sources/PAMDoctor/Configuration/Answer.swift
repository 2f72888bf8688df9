import PAM

/// What a module returns, under the name that controls have for it (pam.d(5)). The order is that of PAM's numbers.
public enum Answer: String, CaseIterable, Sendable {
    case success
    case openErr = "open_err"
    case symbolErr = "symbol_err"
    case serviceErr = "service_err"
    case systemErr = "system_err"
    case bufErr = "buf_err"
    case permDenied = "perm_denied"
    case authErr = "auth_err"
    case credInsufficient = "cred_insufficient"
    case authinfoUnavail = "authinfo_unavail"
    case userUnknown = "user_unknown"
    case maxtries
    case newAuthtokReqd = "new_authtok_reqd"
    case acctExpired = "acct_expired"
    case sessionErr = "session_err"
    case credUnavail = "cred_unavail"
    case credExpired = "cred_expired"
    case credErr = "cred_err"
    case noModuleData = "no_module_data"
    case convErr = "conv_err"
    case authtokErr = "authtok_err"
    case authtokRecoverErr = "authtok_recover_err"
    case authtokLockBusy = "authtok_lock_busy"
    case authtokDisableAging = "authtok_disable_aging"
    case tryAgain = "try_again"
    case ignore
    case abort
    case authtokExpired = "authtok_expired"
    case moduleUnknown = "module_unknown"
    case badItem = "bad_item"
    case convAgain = "conv_again"
    case incomplete

    /// PAM's number for it.
    public var number: Int { Answer.allCases.firstIndex(of: self)! }

    /// What pam-checkpwd makes of it.
    public var meaning: ReturnCode.Meaning { ReturnCode(rawValue: Int32(number)).meaning }
}
