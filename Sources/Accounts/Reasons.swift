import CheckpwdCore

extension Reason {
    static var acceptedLoginIsNoSystemAccount: Reason { Reason("accepted-login-is-no-system-account", "accepted login is no system account") }
    static var accountDatabaseCannotBeRead: Reason { Reason("account-database-cannot-be-read", "account database cannot be read") }
    static var accountIsRoot: Reason { Reason("account-is-root", "account is root") }
    static var cannotBecomeRootOrRaiseLimits: Reason { Reason("cannot-become-root-or-raise-limits", "cannot become root, or raise limits") }
    static var cannotBecomeTheCallerAgain: Reason { Reason("cannot-become-the-caller-again", "cannot become the caller again") }
    static var cannotCountTheCallersLogins: Reason { Reason("cannot-count-the-callers-logins", "cannot count the caller's logins") }
    static var cannotReadSupplementaryGroups: Reason { Reason("cannot-read-supplementary-groups", "cannot read supplementary groups") }
    static var cannotRestoreSupplementaryGroups: Reason { Reason("cannot-restore-supplementary-groups", "cannot restore supplementary groups") }
    static var cannotSetGroup: Reason { Reason("cannot-set-group", "cannot set group") }
    static var cannotSetSupplementaryGroups: Reason { Reason("cannot-set-supplementary-groups", "cannot set supplementary groups") }
    static var listOfServicesCannotBeRead: Reason { Reason("list-of-services-cannot-be-read", "list of services cannot be read") }
    static var listOfServicesIsNotRootsAlone: Reason { Reason("list-of-services-is-not-roots-alone", "list of services is not root's alone") }
    static var listOfServicesTooLong: Reason { Reason("list-of-services-too-long", "list of services too long") }
    static var privilegedButNotRoot: Reason { Reason("privileged-but-not-root", "privileged, but not root") }
    static var serviceNotAllowed: Reason { Reason("service-not-allowed", "service not allowed") }
    static var tooManyLoginsOfOneCallerAtOnce: Reason { Reason("too-many-logins-of-one-caller-at-once", "too many logins of one caller at once") }
}
