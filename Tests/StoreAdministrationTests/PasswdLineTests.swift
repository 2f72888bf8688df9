import StoreAdministration
import Testing

@Suite struct PasswdLineTests {
    @Test(arguments: [
        ("alice:{PLAIN}pass", "alice pass"), ("alice:{PLAIN}pass:1000:1000::/home/alice::x=y", "alice pass"),
        ("alice:{clear}pa ss ", "alice pa ss "), ("alice:{CLEARTEXT}{x}", "alice {x}"), ("alice:{Plain}#", "alice #"),
        ("alice:{PLAIN.b64}cGE6c3M=", "alice pa:ss"), ("alice:{CLEAR.BASE64}cGE6c3M=:::", "alice pa:ss"),
        ("alice:{plain.hex}70613A73", "alice pa:s"), ("# alice:{PLAIN}pass", "-"), ("", "-"), (" ", "-"),
        ("alice", "no colon"), (":{PLAIN}pass", "empty login"), ("alice:", "empty secret"),
        ("alice::1000", "empty secret"),
        ("alice:{PLAIN}", "empty secret"), ("alice:{PLAIN}:1000", "empty secret"),
        ("alice:pass", "no scheme, so it is a hash; a secret has {PLAIN}"),
        ("alice:{PLAIN", "no scheme, so it is a hash; a secret has {PLAIN}"),
        ("alice:$1$abc", "no scheme, so it is a hash; a secret has {PLAIN}"),
        ("alice:{SHA512-CRYPT}$6$x", "a hash is not a secret: SHA512-CRYPT"),
        ("alice:{CRAM-MD5}0123", "a hash is not a secret: CRAM-MD5"),
        ("alice:{PLAIN-MD5}0123", "a hash is not a secret: PLAIN-MD5"), ("alice:{}x", "unknown scheme"), ("alice:{ssha256.HEX}00", "a hash is not a secret: SSHA256"),
        // It may be the beginning of a password.
        ("alice:{S3cr3t}x", "unknown scheme"), ("alice:{MD5S3cr3t}x", "unknown scheme"),
        ("alice:{PLAIN.rot13}x", "unknown encoding"), ("alice:{PLAIN.b64}x", "no base64"),
        ("alice:{PLAIN.hex}7", "no hexadecimal"), ("alice:{PLAIN.hex}7g", "no hexadecimal"),
        ("alice:{PLAIN.hex}700a", "control byte in secret"),
    ])
    func `only schemes that keep the password are taken`(line: String, outcome: String) throws {
        #expect(try Seen.one(line.utf8, as: .passwdFile) == outcome)
    }

    @Test(arguments: [
        ("alice", "pass", "alice:{PLAIN}pass::::::\n"), ("alice", "pa:ss", "alice:{PLAIN.b64}cGE6c3M=::::::\n"),
        ("a:b", "x", "colon in login"), ("#a", "x", "login begins with #"), ("  ", "x", "login of blanks"),
    ])
    func `a colon in a secret is hidden in base64, one in a login cannot be`(
        login: String, secret: String, line: String
    ) {
        #expect(written(Array(login.utf8), Array(secret.utf8), as: .passwdFile) == line)
    }
}
