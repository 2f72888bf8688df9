@testable import SMTP
import TestSupport
import Testing

@Suite struct MailFromTests {
    @Test(arguments: [
        ("MAIL FROM:<a@b> AUTH=<>", "MAIL FROM:<a@b>"),
        ("MAIL FROM:<a@b> AUTH=e+3Dmc2@example.com SIZE=1", "MAIL FROM:<a@b> SIZE=1"),
        ("mail from:<a@b> SIZE=1 auth=<> BODY=8BITMIME", "mail from:<a@b> SIZE=1 BODY=8BITMIME"),
        ("MAIL FROM:<a@b> AUTH=x AUTH=y", "MAIL FROM:<a@b>"), ("MAIL FROM: a@b AUTH=<>", "MAIL FROM: a@b"),
        // Nothing else is touched.
        ("MAIL FROM:<a@b>  SIZE=1 ", "MAIL FROM:<a@b>  SIZE=1 "),
        (#"MAIL FROM:<"> AUTH=x"@b>"#, #"MAIL FROM:<"> AUTH=x"@b>"#),
        (#"MAIL FROM:<"\"> AUTH=x"@b> AUTH=y"#, #"MAIL FROM:<"\"> AUTH=x"@b>"#), ("MAIL FROM:<a@b", "MAIL FROM:<a@b"),
        ("MAIL FROM:<a@b> XAUTH=y", "MAIL FROM:<a@b> XAUTH=y"), ("MAIL AUTH=x", "MAIL AUTH=x"),
        ("MAIL FROM:", "MAIL FROM:"),
    ])
    func `AUTH= is taken out, and nothing else`(line: String, expected: String) {
        #expect(text(MailFrom.withoutAuth(Array(line.utf8))) == expected)
    }

    @Test(arguments: [
        ("MAIL FROM:<a@b>", "a@b"), ("mail from:<a@b> SIZE=1", "a@b"), ("MAIL FROM:<>", ""),
        ("MAIL FROM:<a@b> AUTH=<>", "a@b"),
        ("MAIL FROM: <a@b>", "a@b"), ("mail from:   <a@b> SIZE=1", "a@b"), ("MAIL FROM: <>", ""), ("MAIL FROM: ", nil),
        ("MAIL FROM: a@b", nil), ("MAIL FROM :<a@b>", nil), ("MAIL FROM:\t<a@b>", nil), ("MAIL FROM:a@b", nil), ("MAIL FROM:<@c:a@b>", nil), (#"MAIL FROM:<"a b"@b>"#, nil),
        ("MAIL FROM:<a@b> <c@d>", nil), ("MAIL FROM:<a@b>x", nil), ("MAIL FROM:<a@b", nil), ("MAIL FROM:<<a@b>", nil),
        ("MAIL FROM:<a@b>>", nil), ("MAIL FROM:<a@b\u{7F}>", nil), ("MAIL FROM:<a@b,c@d>", nil), ("MAIL", nil),
        ("MAIL  FROM:<a@b>", nil),
    ])
    func `a sender is read only where it can be read in one way`(line: String, expected: String?) {
        #expect(MailFrom.sender(Array(line.utf8)).map { text($0) } == expected)
    }
}
