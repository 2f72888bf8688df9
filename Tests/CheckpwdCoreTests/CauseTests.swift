import CheckpwdCore
import TestSupport
import Testing

@Suite struct CauseTests {
    @Test func `a sentence says what, on what, why, and what to do`() {
        let cause = Cause(Reason("no-service-file", "no service file"), about: Array("/etc/pam.d/smtp".utf8), errno: 2, remedy: "write it")
        #expect(cause.sentence.text == "no service file: /etc/pam.d/smtp: No such file or directory; write it")
    }

    @Test func `what is not known is left out`() {
        #expect(Cause(Reason("empty-login", "empty login")).sentence.text == "empty login")
    }

    @Test func `an attacker's bytes stay on the line`() {
        #expect(Cause(Reason("bad-login", "bad login"), about: Array("a\nb".utf8)).sentence.text == #"bad login: a\x0ab"#)
    }
}
