import CheckpwdCore

extension Reason {
    static var accountExpired: Reason { Reason("account-expired", "account expired") }
    static var accountRefused: Reason { Reason("account-refused", "account refused") }
    static var authenticationFailed: Reason { Reason("authentication-failed", "authentication failed") }
    static var backendNotAccessible: Reason { Reason("backend-not-accessible", "backend not accessible") }
    static var backendUnavailable: Reason { Reason("backend-unavailable", "backend unavailable") }
    static var badItem: Reason { Reason("bad-item", "bad item") }
    static var badServiceName: Reason { Reason("bad-service-name", "bad service name") }
    static var callUnfinished: Reason { Reason("call-unfinished", "call unfinished") }
    static var conversationUnfinished: Reason { Reason("conversation-unfinished", "conversation unfinished") }
    static var credentialsExpired: Reason { Reason("credentials-expired", "credentials expired") }
    static var credentialsNotSet: Reason { Reason("credentials-not-set", "credentials not set") }
    static var credentialsUnavailable: Reason { Reason("credentials-unavailable", "credentials unavailable") }
    static var memoryLimitTooTight: Reason { Reason("memory-limit-too-tight", "memory limit too tight") }
    static var moduleAskedTooMuch: Reason { Reason("module-asked-too-much", "module asked too much") }
    static var moduleChangedTheUser: Reason { Reason("module-changed-the-process-user", "module changed the process's user") }
    static var moduleDataMissing: Reason { Reason("module-data-missing", "module data missing") }
    static var moduleFailed: Reason { Reason("module-failed", "module failed") }
    static var moduleGaveUp: Reason { Reason("module-gave-up", "module gave up") }
    static var moduleNotLoaded: Reason { Reason("module-not-loaded", "module not loaded") }
    static var moduleNotUsable: Reason { Reason("module-not-usable", "module not usable") }
    static var moduleUnknown: Reason { Reason("module-unknown", "module unknown") }
    static var noModuleAnswered: Reason { Reason("no-module-answered", "no module answered") }
    static var noModuleGaveCredentials: Reason { Reason("no-module-gave-credentials", "no module gave credentials") }
    static var noServiceFile: Reason { Reason("no-service-file", "no service file") }
    static var notReady: Reason { Reason("not-ready", "not ready") }
    static var outOfMemory: Reason { Reason("out-of-memory", "out of memory") }
    static var pamGaveNoHandle: Reason { Reason("pam-gave-no-handle", "PAM gave no handle") }
    static var pamGaveNoItem: Reason { Reason("pam-gave-no-item", "PAM gave no item") }
    static var pamLostTheUserName: Reason { Reason("pam-lost-the-user-name", "PAM lost the user name") }
    static var passwordAgingDisabled: Reason { Reason("password-aging-disabled", "password aging disabled") }
    static var passwordDatabaseLocked: Reason { Reason("password-database-locked", "password database locked") }
    static var passwordExpired: Reason { Reason("password-expired", "password expired") }
    static var passwordMustBeChanged: Reason { Reason("password-must-be-changed", "password must be changed") }
    static var passwordNotHandled: Reason { Reason("password-not-handled", "password not handled") }
    static var passwordNotPassedOn: Reason { Reason("password-not-passed-on", "password not passed on") }
    static var permissionDenied: Reason { Reason("permission-denied", "permission denied") }
    static var serviceFileCannotBeRead: Reason { Reason("service-file-cannot-be-read", "service file cannot be read") }
    static var serviceFileHasNoAuthLine: Reason { Reason("service-file-has-no-auth-line", "service file has no auth line") }
    static var sessionNotOpened: Reason { Reason("session-not-opened", "session not opened") }
    static var success: Reason { Reason("success", "success") }
    static var systemError: Reason { Reason("system-error", "system error") }
    static var tooManyTries: Reason { Reason("too-many-tries", "too many tries") }
    static var unknownLogin: Reason { Reason("unknown-login", "unknown login") }
    static var unknownReturnCode: Reason { Reason("unknown-return-code", "unknown return code") }
}
