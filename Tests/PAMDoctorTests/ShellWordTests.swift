@testable import PAMDoctor
import TestSupport
import Testing

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
