import StoreAdministration
import Testing

@Suite struct LookalikeTests {
    @Test(arguments: [
        ("$6$salt$0123456789abcdefghijklmnopqrstuvwxyz", Lookalike.hash), ("$y$j9T$abcdefgh$0123456789abcdefghij", .hash),
        ("$2y$05$bvIG6Nmid91Mu9RcmmWZfO5HJIMCT8riNW0hEp8f6", .hash), ("$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaA", .hash),
        ("$P$B0123456789abcdefghijklmnopqrst", .hash), ("$3$$8846f7eaee8fb117ad06bdd830b7586c", .hash), ("_J9..CCCCXBrJUJV154M", .hash),
        ("{SHA}cRDtpNCeBiql5KOQsKVyrA0sAiA=", .hash), ("{SHA512-CRYPT}$6$x", .hash), ("{ssha256.hex}00", .hash), ("{CRYPT}x", .hash),
        ("{PBKDF2-SHA512}10000$x$y", .hash), ("*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19", .hash),
        ("md55f4dcc3b5aa765d61d8327deb882cf99", .hash), ("SCRAM-SHA-256$4096:c2FsdA==$a2V5:a2V5", .hash),
        ("ab01FAX.bQRSU", .desHash), ("{PLAIN}secret", .scheme), ("{cleartext}x", .scheme), ("{PLAIN.b64}eA==", .scheme),
        ("!", .locked), ("!!", .locked), ("*", .locked), ("!*", .locked), ("*LK*", .locked), ("*NP*", .locked), ("*LOCKED*", .locked),
        ("!$6$salt$0123456789abcdefghijklmnopqrstuvwxyz", .locked), ("*LK*ab01FAX.bQRSU", .locked), ("!ab01FAX.bQRSU", .locked),
        ("pass", nil), ("x", nil), ("!pass", nil), ("*pass*", nil), ("pass!", nil), ("$1$", nil), ("$100 $200", nil),
        ("$a$ b c d e f g h i j k l m", nil), ("{x}y", nil), ("{S3cr3t}x", nil), ("{", nil), ("correcthorse1", nil), ("Tr0ub4dor&3xY", nil),
        // One of four passwords of 13 letters and digits ends like a hash of DES; this one does not.
        ("ab01FAX9bQRSV", nil), ("_underscored_words_x", nil), ("md5sum", nil), ("0123456789abcdef0123456789abcdef", nil),
        ("5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8", nil), ("*LK*pass", nil), ("\u{E9}t\u{E9}", nil),
    ] as [(String, Lookalike?)])
    func `a secret looks like a hash, a scheme, a locked password, or a secret`(secret: String, look: Lookalike?) {
        #expect(Array(secret.utf8).withUnsafeBytes { Lookalike.of($0) } == look)
    }

    private static let locked = "a locked password is not a secret"
    private static let hash = "a hash is not a secret"
    private static let columns = "more columns than login and secret; --literal takes them for the secret's"
    private static let scheme = "secret begins with a scheme, as in Dovecot's passwd-file, which --format passwd-file reads"
    private static let des = "looks like a hash of crypt(3), which --literal takes as it is"

    /// The same lines, read with and without `--literal`.
    @Test(arguments: [
        (Format.colon, "a:*:20228:0:99999:7:::", locked, "a *:20228:0:99999:7:::"),
        (.colon, "a:!:20785::::::", locked, "a !:20785::::::"), (.colon, "a:x:20785::::::", columns, "a x:20785::::::"),
        (.colon, "a::20785:0:99999:7:::", columns, "a :20785:0:99999:7:::"),
        (.colon, "a:$6$x$01234567890123456789012:20228:0:99999:7:::", hash, "a $6$x$01234567890123456789012:20228:0:99999:7:::"),
        (.colon, "a:!$6$x$01234567890123456789012", locked, "a !$6$x$01234567890123456789012"),
        (.colon, "a:*LK*", locked, "a *LK*"), (.colon, "a:!!", locked, "a !!"),
        (.colon, "a:{SHA}cRDtpNCeBiql5KOQsKVyrA0sAiA=", hash, "a {SHA}cRDtpNCeBiql5KOQsKVyrA0sAiA="),
        (.colon, "a:{PLAIN}secret:1000:1000::/home/a::", scheme, "a {PLAIN}secret:1000:1000::/home/a::"),
        (.colon, "a:secret:1000:1000::/home/a:/bin/sh", columns, "a secret:1000:1000::/home/a:/bin/sh"),
        (.colon, "a:secret::::::", columns, "a secret::::::"),
        (.colon, "a:realm:0123456789abcdef0123456789abcdef", columns, "a realm:0123456789abcdef0123456789abcdef"),
        (.colon, "*:alice:secret", columns, "* alice:secret"), (.colon, "a:ab01FAX.bQRSU", des, "a ab01FAX.bQRSU"),
        (.colon, "a:_J9..CCCCXBrJUJV154M", hash, "a _J9..CCCCXBrJUJV154M"), (.colon, "a:pa:ss", "a pa:ss", "a pa:ss"),
        (.colon, "a:=x", "secret is marked as in users/authuser, which --format authuser reads", "a =x"),
        (.authuser, "a:*", locked, "a *"), (.authuser, "a:{SHA}x", hash, "a {SHA}x"), (.authuser, "a:={SHA}x", "a {SHA}x", "a {SHA}x"),
        (.authuser, "a:=*:20228:0:99999:7:::", "a *:20228:0:99999:7:::", "a *:20228:0:99999:7:::"),
        (.authuser, "a:%0123", hash, hash), (.authuser, "a:p:1:1::/h:", columns, "a p:1:1::/h:"),
        (.chap, "a * $1$salt$0123456789012345678901", hash, "a $1$salt$0123456789012345678901"), (.chap, "a * \"*\"", locked, "a *"),
        (.chap, "a * ab01FAX.bQRSU *", des, "a ab01FAX.bQRSU"),
        (.passwdFile, "a:{PLAIN}$1$salt$0123456789012345678901", "a $1$salt$0123456789012345678901", "a $1$salt$0123456789012345678901"),
        (.passwdFile, "a:{PLAIN}*", "a *", "a *"), (.passwdFile, "a:{SHA}x", hash + ": SHA", hash + ": SHA"),
        (.jsonLines, #"{"login":"a","secret":"$1$salt$0123456789012345678901"}"#, hash, "a $1$salt$0123456789012345678901"),
        (.jsonLines, #"{"login":"a","secret":"!"}"#, locked, "a !"), (.jsonLines, #"{"login":"a","secret_base64":"IQ=="}"#, "a !", "a !"),
        (.jsonLines, #"{"login":"a","secret":"ab01FAX.bQRSU"}"#, "a ab01FAX.bQRSU", "a ab01FAX.bQRSU"),
    ])
    func `a line whose secret looks like a hash, a locked password or a further column is taken only literally`(
        format: Format, line: String, outcome: String, literally: String
    ) throws {
        #expect(try Seen.one(line.utf8, as: format) == outcome)
        #expect(try Seen.one(line.utf8, as: format, literal: true) == literally)
    }

    @Test(arguments: ["!", "$1$salt$0123456789012345678901", "{PLAIN}x", "{SHA}x"])
    func `a secret that looks like a hash is exported as JSON in base64, and imported from there`(secret: String) throws {
        let line = written([0x61], Array(secret.utf8), as: .jsonLines)
        #expect(line.hasPrefix(#"{"login":"a","secret_base64":""#))
        #expect(try Seen.one(line.utf8, as: .jsonLines) == "a \(secret)")
        #expect(!written([0x61], Array(secret.utf8), as: .chap).hasSuffix("\n"))
        #expect(!written([0x61], Array(secret.utf8), as: .colon).hasSuffix("\n"))
    }

    @Test(arguments: Format.allCases)
    func `a byte-order mark is dropped before the first login`(format: Format) throws {
        let lines = written(Array("alice".utf8), Array("pass".utf8), as: format) + written([0x62], [0x78], as: format)
        #expect(try Seen.all(of: ("\u{FEFF}" + lines).utf8, as: format).map(\.description) == ["1: alice pass", "2: b x"])
        #expect(try Seen.all(of: ("\u{FEFF}\n" + lines).utf8, as: format).map(\.description) == ["2: alice pass", "3: b x"])
        // Only one, and only there.
        let twice = try Seen.all(of: "x\n\u{FEFF}a:b\n".utf8, as: .colon).map(\.description)
        #expect(twice == ["1: no colon", "2: \u{EF}\u{BB}\u{BF}a b"])
    }
}
