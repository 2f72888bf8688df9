import StoreAdministration
import Testing

@Suite struct ChapLineTests {
    /// As pppd 2.4.9 reads them.
    @Test(arguments: [
        ("alice * pass *", "alice pass"), ("alice\tmail.example.com\tpass", "alice pass"),
        ("  alice * pass", "alice pass"),
        ("alice * pass 192.0.2.1 192.0.2.2 # home", "alice pass"), (#""alice" * "pa ss" *"#, "alice pa ss"),
        (#"'al"ice' * "pa'ss""#, #"al"ice pa'ss"#), (#"a"l i"ce * pa's s'"#, "al ice pas s"),
        (#"alice * pa\ ss"#, "alice pa ss"), (#"alice * pa\sss"#, "alice pa ss"), (#"alice * pa\"ss"#, #"alice pa"ss"#),
        (#"alice * "pa\"ss""#, #"alice pa"ss"#), (#"alice * 'pa\'ss'"#, "alice pa'ss"),
        (#"alice * pa\\ss"#, #"alice pa\ss"#),
        (#"alice * \x70\141ss"#, "alice pass"), (#"alice * \x7ass"#, "alice zss"), (#"alice * \1234"#, "alice S4"),
        (#"alice * \q"#, "alice q"), ("alice * pa#ss", "alice pa"), (#"alice * "pa#ss""#, "alice pa#ss"),
        (##"\#alice * pass"##, "#alice pass"), ("alice * pa\\\nss", "alice pass"),
        ("alice \\\n * \\\n pass", "alice pass"),
        ("alice * @home", "alice @home"), ("alice * \u{E9}", "alice \u{C3}\u{A9}"),
        ("# alice * pass", "-"), ("   # alice", "-"), ("", "-"), ("# comment \\\n", "-"),
        ("alice", "less than client, server and secret"), ("alice * # pass", "less than client, server and secret"),
        (#"alice * """#, "empty secret"), (#""" * pass"#, "empty login"), ("* * pass", "not one login, but many"),
        (#""*" alice pass"#, "not one login, but many"), ("alice * @/etc/secret", "the secret is in another file"),
        (#"alice * "pass"#, "a quote does not end in its line"), (#"alice * pa\nss"#, "control byte in secret"),
        (#"alice * pa\0ss"#, "control byte in secret"), ("alice * pass\\", "the file ends in the middle of it"),
    ])
    func `a line is client, server, secret and addresses`(line: String, outcome: String) throws {
        #expect(try Seen.one(line.utf8, as: .chap) == outcome)
    }

    @Test func `a line that goes on has the number of its beginning, and the next its own`() throws {
        let seen = try Seen.all(of: "alice * pa\\\r\nss\n\n\\\nbob * x\n* * y\n".utf8, as: .chap)
        #expect(seen.map(\.description) == ["1: alice pass", "4: bob x", "6: not one login, but many"])
    }

    @Test(arguments: [
        ("alice", "pass", "\"alice\" * \"pass\" *\n"), (#"a"\b"#, "#'", "\"a\\\"\\\\b\" * \"#'\" *\n"),
        ("*", "x", "login means any client"), ("a", "@/x", "secret means a file"), ("**", "@x", "\"**\" * \"@x\" *\n"),
    ])
    func `words are quoted`(login: String, secret: String, line: String) {
        #expect(written(Array(login.utf8), Array(secret.utf8), as: .chap) == line)
    }
}
