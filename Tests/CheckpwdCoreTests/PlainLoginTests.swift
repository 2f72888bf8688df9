import CheckpwdCore
import Testing

@Suite struct PlainLoginTests {
    @Test(arguments: [
        "alice", "alice@example.com", "alice+lists@example.com", "a.b-c_d", "machine$", "4711", "a/b", "user%example.com", "",
    ])
    func `a login name without blanks, quotes and equals signs is plain`(login: String) {
        #expect(LoginName(Array(login.utf8)).isPlain)
    }

    @Test(arguments: [
        "x rhost=203.0.113.9 user=y", "a b", "a\tb", "a\nb", "a\rb", "a=b", "a\"b", "a'b", "a`b", "a\\b", "a,b", "a;b", "a<b",
        "a>b", "a(b", "a)b", "a[b", "a]b", "\u{7F}", "\u{1B}[2J", "müller", "a\u{85}b", "a\u{A0}b", "a\u{2028}b",
    ])
    func `a login name that a log reader could take for more than a name is not plain`(login: String) {
        #expect(!LoginName(Array(login.utf8)).isPlain)
    }
}
