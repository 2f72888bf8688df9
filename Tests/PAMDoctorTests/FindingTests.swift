import TestSupport
import Testing

@testable import PAMDoctor

@Suite struct FindingTests {
    @Test func `a finding says what, why, and what to write where`() {
        let finding = Finding(
            .warning, Place("/etc/pam.d/common-auth", 17), "it is so", why: "one two three four",
            at: Place("/etc/pam.d/svc", 1), write: ["auth required pam_unix.so"])
        #expect(
            finding.paragraph(width: 12) == """
                WARNING: /etc/pam.d/common-auth:17: it is so
                  one two
                  three four
                  Write in /etc/pam.d/svc:1:
                      auth required pam_unix.so
                """)
    }

    @Test func `nothing in it steers the terminal`() {
        let finding = Finding(.note, Place("/x\u{1B}[2J", 1), "a\rb\u{9B}", why: "")
        #expect(finding.paragraph().hasPrefix("NOTE: /x\\x1b[2J:1: a\\x0db\\xc2\\x9b"))
    }
}

@Suite struct ShellWordTests {
    @Test(arguments: [
        ("/etc/pam.d/svc", "/etc/pam.d/svc"), ("a b", "'a b'"), ("it's", #"'it'\''s'"#), ("$(id)", "'$(id)'"), ("-x", "./-x"), ("", "''"),
        ("caf\u{E9}", "'caf\u{E9}'"), ("a\nb'\u{1B}\u{9B}", #"$'a\x0ab\'\x1b\xc2\x9b'"#),
    ])
    func `a shell reads a name as it is`(name: String, word: String) {
        #expect(name.shellWord == word)
        let read = Program(["/bin/bash", "-c", "printf %s " + word]).run().output
        #expect(read == (name.hasPrefix("-") ? "./" + name : name))
    }
}
