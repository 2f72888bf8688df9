import CPAM
import CheckpwdCore
@testable import PAM
import TestSupport
import Testing

@Suite struct ReturnCodeTests {
    @Test(arguments: [
        PAM_AUTH_ERR, PAM_USER_UNKNOWN, PAM_PERM_DENIED, PAM_MAXTRIES, PAM_ACCT_EXPIRED, PAM_CRED_EXPIRED,
        PAM_AUTHTOK_EXPIRED, PAM_NEW_AUTHTOK_REQD,
    ])
    func `a backend that said no makes a rejection`(code: Int32) {
        guard case .rejected? = ReturnCode(rawValue: code).failure(of: .checkAccount) else {
            Issue.record("not a rejection")
            return
        }
    }

    @Test(arguments: [(PAM_AUTH_ERR, true), (PAM_USER_UNKNOWN, true), (PAM_MAXTRIES, false), (PAM_PERM_DENIED, false)])
    func `authentication declines what another module may know better, and rejects the rest`(code: Int32, declines: Bool) {
        switch ReturnCode(rawValue: code).failure(of: .authenticate) {
        case .declined?: #expect(declines)
        case .rejected?: #expect(!declines)
        default: Issue.record("neither")
        }
    }

    @Test(arguments: [Call.checkAccount, .openSession], [PAM_AUTH_ERR, PAM_USER_UNKNOWN, PAM_MAXTRIES])
    func `a later phase has words of its own for what would be a guess`(call: Call, code: Int32) {
        #expect(ReturnCode(rawValue: code).failure(of: call).map { "\($0.cause.reason.code)" } == "account-refused")
        #expect(ReturnCode(rawValue: code).failure(of: .authenticate).map { "\($0.cause.reason.code)" } != "account-refused")
    }

    @Test(arguments: [
        PAM_AUTHINFO_UNAVAIL, PAM_SYSTEM_ERR, PAM_SERVICE_ERR, PAM_ABORT, PAM_BUF_ERR, PAM_CONV_ERR, PAM_OPEN_ERR,
        PAM_SYMBOL_ERR, PAM_CRED_INSUFFICIENT, PAM_SESSION_ERR, PAM_CRED_UNAVAIL, PAM_CRED_ERR, PAM_NO_MODULE_DATA,
        PAM_AUTHTOK_ERR, PAM_AUTHTOK_RECOVERY_ERR, PAM_AUTHTOK_LOCK_BUSY, PAM_AUTHTOK_DISABLE_AGING, PAM_TRY_AGAIN,
        PAM_IGNORE, PAM_MODULE_UNKNOWN, PAM_BAD_ITEM, PAM_CONV_AGAIN, PAM_INCOMPLETE, 32, 1000, -1,
    ])
    func `a backend that could not say makes a temporary failure`(code: Int32) {
        guard case .temporary? = ReturnCode(rawValue: code).failure(of: .authenticate) else {
            Issue.record("not temporary")
            return
        }
    }

    @Test func `credentials that no module gave are nobody's no`() {
        guard case .temporary(let cause)? = ReturnCode(rawValue: PAM_PERM_DENIED).failure(of: .setCredentials) else {
            Issue.record("not temporary")
            return
        }
        #expect(cause.about.text == "pam_setcred PAM_PERM_DENIED")
    }

    @Test func `success is no failure`() {
        #expect(ReturnCode(rawValue: PAM_SUCCESS).failure(of: .authenticate) == nil)
    }

    @Test func `the failure names the call and PAM's own code`() {
        let failure = ReturnCode(rawValue: PAM_AUTHINFO_UNAVAIL).failure(of: .checkAccount)
        #expect(failure?.cause.about.text == "pam_acct_mgmt PAM_AUTHINFO_UNAVAIL")
    }

    @Test(arguments: 0..<32)
    func `every code of Linux-PAM is known by name`(code: Int32) {
        #expect("\(ReturnCode(rawValue: code).name)".hasPrefix("PAM_"))
    }
}
