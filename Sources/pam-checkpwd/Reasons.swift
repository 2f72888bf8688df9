import CheckpwdCore

extension Reason {
    static var plainTakesPamStoreOrPamStore: Reason { Reason("plain-takes-pam-store-or-pam-store", "--plain takes pam, store or pam,store") }
    static var residentExcludes: Reason { Reason("resident-excludes", "--resident excludes") }
    static var residentRunsNoProgram: Reason { Reason("resident-runs-no-program", "--resident runs no program") }
    static var abbreviatedOption: Reason { Reason("abbreviated-option", "abbreviated option") }
    static var badIdent: Reason { Reason("bad-ident", "bad ident") }
    static var cannotStartAProcess: Reason { Reason("cannot-start-a-process", "cannot start a process") }
    static var credentialsLookupRefused: Reason { Reason("credentials-lookup-refused", "credentials lookup refused") }
    static var domainWithAtSign: Reason { Reason("domain-with-at-sign", "domain with an @") }
    static var emptyDomain: Reason { Reason("empty-domain", "empty domain") }
    static var numberOutOfRange: Reason { Reason("number-out-of-range", "number out of range") }
    static var optionNeedsAValue: Reason { Reason("option-needs-a-value", "option needs a value") }
    static var optionRefusedToYou: Reason { Reason("option-refused-to-you", "option refused to you") }
    static var unknownMechanism: Reason { Reason("unknown-mechanism", "unknown mechanism") }
    static var unknownOption: Reason { Reason("unknown-option", "unknown option") }
}
