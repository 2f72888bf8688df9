import CPAM
import CheckpwdCore

/// What a PAM function, or a module, returned.
public struct ReturnCode: Equatable, Sendable {
    public let rawValue: Int32

    public init(rawValue: Int32) {
        self.rawValue = rawValue
    }

    /// What a return code means to somebody who waits for a verdict.
    public enum Meaning: Equatable, Sendable {
        case success
        /// Credentials or account were looked at and refused.
        case refusal
        /// Nobody could say.
        case unanswered
    }

    public var meaning: Meaning { row.meaning }

    /// PAM's own name: `PAM_AUTH_ERR`.
    public var name: StaticString { row.name }

    /// What it means, in a few words: `authentication failed`.
    public var what: StaticString { row.reason.words }

    /// The failure that it is, or nil for success.
    func failure(of call: Call) -> Failure? {
        var about = [UInt8](call.name)
        about += " "
        about += name
        // libpam's own word for 'no module answered': pam_setcred(3) knows no such refusal.
        if call == .setCredentials, rawValue == PAM_PERM_DENIED {
            return .temporary(
                Cause(
                    .noModuleGaveCredentials, about: about,
                    remedy: "the line that lets a right password pass must be followed by one that also sets credentials; pam.d/pam-checkpwd shows how"))
        }
        // These words are kept for guesses at a password: here it was right.
        if isGuess, call != .authenticate {
            return .rejected(Cause(.accountRefused, about: about))
        }
        let cause = Cause(row.reason, about: about, remedy: row.remedy)
        return switch row.meaning {
        case .success: nil
        // Only authentication says that the login is unknown or the password wrong; a later phase judges the account.
        case .refusal: isWrongHere ? .declined(cause) : .rejected(cause)
        case .unanswered: .temporary(cause)
        }
    }

    /// Whether it says no without a reason that is the account's.
    var isDenial: Bool { rawValue == PAM_AUTH_ERR }

    private var isWrongHere: Bool {
        rawValue == PAM_AUTH_ERR || rawValue == PAM_USER_UNKNOWN
    }

    private var isGuess: Bool { isWrongHere || rawValue == PAM_MAXTRIES }

    private typealias Row = (name: StaticString, meaning: Meaning, reason: Reason, remedy: StaticString)

    /// Every return code of pam(3). A code that Linux-PAM may add is one that nobody has judged yet: unanswered.
    private var row: Row {
        switch rawValue {
        case PAM_SUCCESS: ("PAM_SUCCESS", .success, .success, "")

        case PAM_AUTH_ERR: ("PAM_AUTH_ERR", .refusal, .authenticationFailed, "")
        case PAM_USER_UNKNOWN: ("PAM_USER_UNKNOWN", .refusal, .unknownLogin, "")
        case PAM_PERM_DENIED: ("PAM_PERM_DENIED", .refusal, .permissionDenied, "")
        case PAM_MAXTRIES: ("PAM_MAXTRIES", .refusal, .tooManyTries, "")
        case PAM_ACCT_EXPIRED: ("PAM_ACCT_EXPIRED", .refusal, .accountExpired, "chage -E extends it")
        case PAM_CRED_EXPIRED: ("PAM_CRED_EXPIRED", .refusal, .credentialsExpired, "")
        case PAM_AUTHTOK_EXPIRED: ("PAM_AUTHTOK_EXPIRED", .refusal, .passwordExpired, "the user must change it")
        case PAM_NEW_AUTHTOK_REQD:
            ("PAM_NEW_AUTHTOK_REQD", .refusal, .passwordMustBeChanged, "the user must change it")

        case PAM_AUTHINFO_UNAVAIL: ("PAM_AUTHINFO_UNAVAIL", .unanswered, .backendUnavailable, seeLog)
        case PAM_CRED_INSUFFICIENT: ("PAM_CRED_INSUFFICIENT", .unanswered, .backendNotAccessible, seeLog)
        case PAM_CRED_UNAVAIL: ("PAM_CRED_UNAVAIL", .unanswered, .credentialsUnavailable, seeLog)
        case PAM_CRED_ERR: ("PAM_CRED_ERR", .unanswered, .credentialsNotSet, seeLog)
        case PAM_SESSION_ERR: ("PAM_SESSION_ERR", .unanswered, .sessionNotOpened, seeLog)
        case PAM_SYSTEM_ERR: ("PAM_SYSTEM_ERR", .unanswered, .systemError, seeLog)
        case PAM_BUF_ERR: ("PAM_BUF_ERR", .unanswered, .outOfMemory, "")
        case PAM_ABORT: ("PAM_ABORT", .unanswered, .moduleGaveUp, seeLog)
        case PAM_SERVICE_ERR: ("PAM_SERVICE_ERR", .unanswered, .moduleFailed, seeLog)
        case PAM_OPEN_ERR: ("PAM_OPEN_ERR", .unanswered, .moduleNotLoaded, seeFile)
        case PAM_SYMBOL_ERR: ("PAM_SYMBOL_ERR", .unanswered, .moduleNotUsable, seeFile)
        case PAM_MODULE_UNKNOWN: ("PAM_MODULE_UNKNOWN", .unanswered, .moduleUnknown, seeFile)
        case PAM_NO_MODULE_DATA: ("PAM_NO_MODULE_DATA", .unanswered, .moduleDataMissing, seeLog)
        case PAM_BAD_ITEM: ("PAM_BAD_ITEM", .unanswered, .badItem, seeLog)
        case PAM_IGNORE: ("PAM_IGNORE", .unanswered, .noModuleAnswered, seeFile)
        case PAM_CONV_ERR:
            ("PAM_CONV_ERR", .unanswered, .moduleAskedTooMuch, "only prompts for login and password can be answered")
        case PAM_CONV_AGAIN: ("PAM_CONV_AGAIN", .unanswered, .conversationUnfinished, seeLog)
        case PAM_INCOMPLETE: ("PAM_INCOMPLETE", .unanswered, .callUnfinished, seeLog)
        case PAM_TRY_AGAIN: ("PAM_TRY_AGAIN", .unanswered, .notReady, seeLog)
        case PAM_AUTHTOK_ERR: ("PAM_AUTHTOK_ERR", .unanswered, .passwordNotHandled, seeLog)
        case PAM_AUTHTOK_RECOVERY_ERR:
            ("PAM_AUTHTOK_RECOVERY_ERR", .unanswered, .passwordNotPassedOn, seeFile)
        case PAM_AUTHTOK_LOCK_BUSY: ("PAM_AUTHTOK_LOCK_BUSY", .unanswered, .passwordDatabaseLocked, "")
        case PAM_AUTHTOK_DISABLE_AGING: ("PAM_AUTHTOK_DISABLE_AGING", .unanswered, .passwordAgingDisabled, "")
        default: ("an unknown code", .unanswered, .unknownReturnCode, seeLog)
        }
    }

    private var seeLog: StaticString { "the module says why in the system's log" }
    private var seeFile: StaticString { "see the service file, and the module's words in the system's log" }
}
