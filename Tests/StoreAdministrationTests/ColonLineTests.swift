import StoreAdministration
import Testing

@Suite struct ColonLineTests {
    @Test(arguments: [
        ("alice:pass", "alice pass"), ("alice@example.com:pa:ss", "alice@example.com pa:ss"),
        ("alice: pass ", "alice  pass "), ("alice:pass\r\n", "alice pass"), ("al ice:p", "al ice p"),
        ("alice:caf\u{E9}", "alice caf\u{C3}\u{A9}"), ("alice:$1$", "alice $1$"),
        ("alice:$a$ b c d e f g h i j k l m", "alice $a$ b c d e f g h i j k l m"),
        ("# alice:pass", "-"), ("", "-"), ("  \t", "-"), ("\r\n", "-"),
        ("alice", "no colon"), (":pass", "empty login"), ("alice:", "empty secret"),
        (" alice:pass", "line begins with a blank"), ("al\u{1}ice:pass", "control byte in login"),
        ("alice:pa\tss", "control byte in secret"), ("alice:pa\0ss", "control byte in secret"),
        ("alice:$6$ZkiGKjCK$VDvQqJ04j8DwZIoK.C0lbj/QRgpjsM8En4P4x8mT", "a hash is not a secret"),
        ("alice:$2y$05$bvIG6Nmid91Mu9RcmmWZfO5HJIMCT8riNW0hEp8f6/FuA2/mHZFpe", "a hash is not a secret"),
        ("alice:?", "secret is marked as in users/authuser, which --format authuser reads"),
        ("alice:=pass", "secret is marked as in users/authuser, which --format authuser reads"),
        ("alice:%0123", "secret is marked as in users/authuser, which --format authuser reads"),
    ])
    func `a line is login and secret`(line: String, outcome: String) throws {
        #expect(try Seen.one(line.utf8, as: .colon) == outcome)
    }

    @Test(arguments: [
        ("alice:pass", "alice pass"), ("alice:=pass", "alice pass"), ("alice:=?", "alice ?"), ("alice:==x", "alice =x"),
        ("alice:pass \t", "alice pass"), ("alice:??", "alice ??"), ("alice:=%x", "alice %x"),
        ("alice:?", "the secret is another program's"), ("*:?", "not one login, but many"),
        ("*:!", "not one login, but many"), ("@example.com:+", "not one login, but many"),
        ("@:&", "not one login, but many"),
        ("alice@example.com:&", "the secret is another program's"), ("alice:= ", "the secret is another program's"),
        ("alice:%5f4dcc3b5aa765d61d8327deb882cf99", "a hash is not a secret"), ("alice: ", "empty secret"),
    ])
    func `in users-authuser the secret's first byte says what it is`(line: String, outcome: String) throws {
        #expect(try Seen.one(line.utf8, as: .authuser) == outcome)
    }

    @Test(arguments: [
        (Format.colon, "alice", "pa:ss ", "alice:pa:ss \n"), (.colon, "a:b", "x", "colon in login"),
        (.colon, "#a", "x", "login begins with #"), (.colon, " a", "x", "login begins with a blank"),
        (.colon, "a", "=x", "secret is marked as in users/authuser, which --format authuser reads"),
        (.colon, "a", "?", "secret is marked as in users/authuser, which --format authuser reads"),
        (.authuser, "a", "=x", "a:==x\n"), (.authuser, "a", "?", "a:=?\n"),
        (.authuser, "a", "x ", "secret ends with a blank"), (.authuser, "*", "x", "not one login, but many"),
    ])
    func `what cannot be said is not written`(format: Format, login: String, secret: String, line: String) {
        #expect(written(Array(login.utf8), Array(secret.utf8), as: format) == line)
    }
}
