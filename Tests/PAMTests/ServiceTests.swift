import CheckpwdCore
import PAM
import TestSupport
import Testing

@Suite struct ServiceTests {
    @Test(arguments: ["smtp", "pam-checkpwd", "a", "imap4.tls_2"])
    func `a service is named by lower-case letters, digits, dots, hyphens and underscores`(name: String) throws {
        #expect(try Service(Array(name.utf8)).name.text == name)
    }

    @Test(arguments: ["", ".", "..", "-e", ".hidden", "SMTP", "../shadow", "/etc/pam.d/smtp", "a b", "a\n", "é"])
    func `any other name is the caller's fault`(name: String) {
        guard case .misused? = failure(of: { () throws(Failure) in _ = try Service(Array(name.utf8)) }) else {
            Issue.record("not refused")
            return
        }
    }

    @Test func `a service without a file is a temporary failure that names the file`() {
        let name = "no-such-service"
        let failure = failure { () throws(Failure) in try Service(Array(name.utf8)).requireOwnFile() }
        guard case .temporary(let cause)? = failure else {
            Issue.record("not refused")
            return
        }
        #expect(cause.about.text == "/etc/pam.d/\(name)")
    }

    @Test func `a service with a file passes`() {
        // Every system that has PAM has this one.
        #expect(failure { () throws(Failure) in try Service(Array("other".utf8)).requireOwnFile() } == nil)
    }
}
