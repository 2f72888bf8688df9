import CheckpwdCore

extension Reason {
    static var cannotEnterHomeDirectory: Reason { Reason("cannot-enter-home-directory", "cannot enter home directory") }
    static var cannotGiveUpRoot: Reason { Reason("cannot-give-up-root", "cannot give up root") }
    static var cannotPrepareTheProcessForPAM: Reason { Reason("cannot-prepare-the-process-for-pam", "cannot prepare the process for PAM") }
    static var cannotRestoreDescriptors: Reason { Reason("cannot-restore-descriptors", "cannot restore descriptors") }
    static var cannotRunProgram: Reason { Reason("cannot-run-program", "cannot run program") }
    static var cannotSetUser: Reason { Reason("cannot-set-user", "cannot set user") }
    static var cannotUndoWhatAPAMModuleChanged: Reason { Reason("cannot-undo-what-a-pam-module-changed", "cannot undo what a PAM module changed") }
    static var emptyAnswer: Reason { Reason("empty-answer", "empty answer") }
    static var emptyLogin: Reason { Reason("empty-login", "empty login") }
    static var emptyPassword: Reason { Reason("empty-password", "empty password") }
    static var loginWithUnsafeCharacters: Reason { Reason("login-with-unsafe-characters", "login with unsafe characters") }
    static var mechanismNotEnabled: Reason { Reason("mechanism-not-enabled", "mechanism not enabled") }
    static var mechanismNotNamed: Reason { Reason("mechanism-not-named", "mechanism not named") }
    static var mechanismNotSpoken: Reason { Reason("mechanism-not-spoken", "mechanism not spoken") }
    static var userChangedByPAM: Reason { Reason("user-changed-by-pam", "user changed by PAM") }
    static var virtualAccountHasNoUser: Reason { Reason("virtual-account-has-no-user", "virtual account has no user") }
    static var virtualUserIsNoSystemAccount: Reason { Reason("virtual-user-is-no-system-account", "virtual user is no system account") }
    static var virtualUserIsRoot: Reason { Reason("virtual-user-is-root", "virtual user is root") }
    static var wrongAnswerToChallenge: Reason { Reason("wrong-answer-to-challenge", "wrong answer to challenge") }
    static var wrongPassword: Reason { Reason("wrong-password", "wrong password") }
}
