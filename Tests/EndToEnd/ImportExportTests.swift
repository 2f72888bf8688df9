import Foundation
import TestSupport
import Testing

/// Secrets on their way in and out, as an administrator moves them.
@Suite struct ImportExportTests {
    private let folder = Folder()

    init() {
        #expect(run("store", "init").status == 0)
    }

    private var places: [String] { ["--store", folder("secrets.mdb"), "--store-key", folder("store.key")] }

    private func run(_ arguments: String..., input: String = "") -> Program.Outcome {
        Program([Stage.checkpwdctl] + arguments.prefix(2) + places + arguments.dropFirst(2)).run(
            input: Array(input.utf8))
    }

    /// Every secret in the store: `login secret`.
    private var secrets: [String] {
        run("secret", "export", "--reveal").output.split(separator: "\n").map { line in
            let fields = line.split(separator: "\"")
            return "\(fields[3]) \(fields[3 + 4])"
        }
    }

    @Test func `refused lines have their numbers, the rest is imported, and the status says so`() {
        let file = folder.write(
            "users", "alice:one\nbob\n# a comment\ncarol:$1$salt$0123456789012345678901\ndan:two\n".utf8)
        let outcome = run("secret", "import", "--format", "colon", file)
        #expect(outcome.status == 1)
        #expect(outcome.output == "2 imported, 0 kept, 2 refused\n")
        #expect(
            outcome.errors == """
                checkpwdctl: \(file): line 2: no colon
                checkpwdctl: \(file): line 4: a hash is not a secret
                checkpwdctl: lines were refused: 2

                """)
        #expect(secrets == ["alice one", "dan two"])
    }

    @Test(arguments: [
        ([], Int32(1), "1 imported, 0 kept, 2 refused", ["alice old", "bob new"]),
        (["--keep"], 0, "1 imported, 2 kept, 0 refused", ["alice old", "bob new"]),
        (["--replace"], 0, "3 imported, 0 kept, 0 refused", ["alice new", "bob newer"]),
    ])
    func `a login that has a secret is refused, kept or replaced`(
        options: [String], status: Int32, tally: String, result: [String]
    ) {
        _ = run("secret", "set", "--stdin", "alice", input: "old")
        let lines = "alice:new\nbob:new\nbob:newer\n"
        for isDryRun in [true, false] {
            let dry = isDryRun ? ["--dry-run"] : []
            let outcome = Program(
                [Stage.checkpwdctl, "secret", "import", "--format", "colon"] + places + options + dry + ["-"]
            ).run(input: Array(lines.utf8))
            #expect(outcome.status == status)
            #expect(
                outcome.output == (isDryRun ? tally.replacing("imported", with: "would be imported") : tally) + "\n")
            #expect(secrets == (isDryRun ? ["alice old"] : result))
        }
    }

    @Test(arguments: ["jsonl", "chap", "passwd-file", "colon", "authuser"])
    func `what is exported is imported as it was`(format: String) throws {
        for (login, secret) in [("alice", "pass"), ("bob@example.com", "pa:ss \"w\\rd'"), ("caf\u{E9}", "#{}")] {
            #expect(run("secret", "set", "--stdin", login, input: secret).status == 0)
        }
        let before = run("secret", "export", "--reveal").output
        #expect(run("secret", "export", "--format", format, "-o", folder("out")).status == 0)
        for login in ["alice", "bob@example.com", "caf\u{E9}"] { #expect(run("secret", "delete", login).status == 0) }
        #expect(run("secret", "import", "--format", format, folder("out")).output == "3 imported, 0 kept, 0 refused\n")
        let after = run("secret", "export", "--reveal").output
        // Other formats do not say when.
        if format == "jsonl" { #expect(after == before) }
        #expect(
            after.split(separator: "\n").map { $0.prefix { $0 != "," } }
                == before.split(separator: "\n").map { $0.prefix { $0 != "," } })
        #expect(secrets.contains("alice pass"))
    }

    @Test func `what a format cannot say is left out, and the status says so`() {
        _ = run("secret", "set", "--stdin", "a:b", input: "x")
        _ = run("secret", "set", "--stdin", "alice", input: "pass")
        let outcome = run("secret", "export", "--reveal", "--format", "colon")
        #expect(outcome.status == 1)
        #expect(outcome.output == "alice:pass\n")
        #expect(outcome.errors == "checkpwdctl: a:b: colon in login\ncheckpwdctl: secrets were not exported: 1\n")
    }

    @Test func `an exported file is its owner's, and replaces none`() throws {
        _ = run("secret", "set", "--stdin", "alice", input: "pass")
        let outcome = run("secret", "export", "--output", folder("out"))
        #expect(outcome.status == 0)
        #expect(outcome.output == "")
        #expect(outcome.errors == "checkpwdctl: what is written is clear text: whoever reads it has every secret\n")
        #expect(try FileManager.default.attributesOfItem(atPath: folder("out"))[.posixPermissions] as? Int == 0o600)
        let again = run("secret", "export", "-o", folder("out"))
        #expect(again.status == 2)
        #expect(
            again.errors.contains(
                "file cannot be created: \(folder("out")): File exists; an existing file is never replaced"))
    }

    @Test func `an export that cannot be written is a failure`() {
        _ = run("secret", "set", "--stdin", "alice", input: "x")
        let outcome = Program(
            ["/bin/sh", "-c", #"exec "$0" secret export --reveal "$@" >/dev/full"#, Stage.checkpwdctl] + places
        ).run()
        #expect(outcome.status == 111)
        #expect(
            outcome.errors == "checkpwdctl: clear text cannot be written: standard output: No space left on device\n")
    }

    @Test func `on a terminal secrets are shown only with --reveal`() {
        _ = run("secret", "set", "--stdin", "alice", input: "tanstaaf")
        let hidden = Pseudoterminal.run([Stage.checkpwdctl, "secret", "export"] + places)
        #expect(!hidden.contains("tanstaaf") && hidden.contains("secrets are not shown on a terminal"))
        #expect(Pseudoterminal.run([Stage.checkpwdctl, "secret", "export", "--reveal"] + places).contains("tanstaaf"))
    }

    @Test func `a generated secret is shown on the terminal, or printed where that is asked for`() throws {
        let printed = run("secret", "generate", "--reveal", "--length", "33", "alice")
        #expect(printed.status == 0)
        #expect(printed.output.count == 34)
        #expect(secrets == ["alice \(printed.output.dropLast())"])
        let nowhere = run("secret", "generate", "bob")
        #expect(nowhere.status == 2)
        #expect(nowhere.errors == "checkpwdctl: no terminal for the secret; use --reveal in scripts\n")
        #expect(secrets.count == 1)
        let shown = Pseudoterminal.run([Stage.checkpwdctl, "secret", "generate"] + places + ["carol"])
        let secret = try #require(secrets.first { $0.hasPrefix("carol ") }).dropFirst(6)
        #expect(secret.count == 20 && shown.contains(secret))
        #expect(run("secret", "generate", "--length", "11", "dan").status == 64)
    }

    @Test func `a generated secret that nobody could see is not set`() {
        _ = run("secret", "set", "--stdin", "alice", input: "old")
        let outcome = Program(
            ["/bin/sh", "-c", #"exec "$0" secret generate --reveal "$@" alice >/dev/full"#, Stage.checkpwdctl] + places
        ).run()
        #expect(outcome.status == 111 && outcome.errors.contains("standard output cannot be written"))
        #expect(secrets == ["alice old"])
    }

    /// 'a' and a combining acute accent, and the letter that is both.
    @Test func `secrets are prepared where that is asked for`() {
        let (apart, together) = ("a\u{0301}", "\u{E1}")
        for (login, option) in [("alice", "--saslprep"), ("bob", "--stdin")] {
            #expect(run("secret", "set", "--stdin", option, login, input: apart).status == 0)
        }
        #expect(run("secret", "verify", "--stdin", "alice", input: together).status == 0)
        #expect(run("secret", "verify", "--stdin", "bob", input: together).status == 1)
        let refused = run("secret", "set", "--stdin", "--saslprep", "carol", input: "soft\u{AD}hyphen")
        #expect(refused.status == 2)
        #expect(
            refused.errors
                == "checkpwdctl: secret has a character that RFC 8265 does not allow there; nothing was changed\n")
        let file = folder.write("users", "dan:\(apart)\neve:\u{200B}\n".utf8)
        let imported = run("secret", "import", "--saslprep", "--format", "colon", file)
        #expect(imported.status == 1)
        #expect(imported.errors.contains("line 2: secret has a character that RFC 8265 does not allow there\n"))
        #expect(run("secret", "verify", "--stdin", "dan", input: together).status == 0)
    }

    @Test func `a terminal sees how far an import is, and nothing of it is left`() {
        let file = folder.write("users", (0..<20_000).map { "login\($0):secret\n" }.joined().utf8)
        // From a slow disk, or all would be done before anything is worth a word.
        let disk = ["/usr/bin/strace", "-o", "/dev/null", "-e", "trace=read", "-e", "inject=read:delay_exit=100ms"]
        let shown = Pseudoterminal.run(
            disk + [Stage.checkpwdctl, "secret", "import", "--format", "colon", "--dry-run"] + places + [file])
        #expect(shown.contains(" a second, ") && shown.contains(" left\u{1B}[K") && shown.contains("\r["))
        #expect(shown.hasSuffix("\r\u{1B}[K20000 would be imported, 0 kept, 0 refused\r\n"))
    }

    @Test(arguments: [
        ("a file that is not there", ["/nonexistent"], Int32(2), "file cannot be read: /nonexistent: No such file"),
        ("a folder", ["/"], 111, "file cannot be read to its end: Is a directory"),
    ])
    func `what cannot be read is said`(what: String, arguments: [String], status: Int32, line: String) {
        let outcome = Program([Stage.checkpwdctl, "secret", "import"] + places + arguments).run()
        #expect(outcome.status == status)
        #expect(outcome.errors.hasPrefix("checkpwdctl: \(line)"))
    }

    /// A file of another kind, the format that is asked for, and what is said.
    @Test(arguments: [
        ("root:*:20228:0:99999:7:::\nalice:!:20785::::::\n", "colon", "shadow(5); nothing was imported; it has hashes at most"),
        ("root:x:0:0:root:/root:/bin/bash\n", "passwd-file", "passwd(5); nothing was imported; it has hashes at most"),
        ("alice:$apr1$salt$0123456789012345678901\n", "colon", "logins and hashes, as in htpasswd; nothing was imported"),
        ("alice:{PLAIN}secret:1000:1000::/home/alice::\n", "colon", "Dovecot's passwd-file; nothing was imported; read it with --format passwd-file\n"),
        ("*:alice:secret\n", "colon", "exim's passwd.client; nothing was imported"),
        ("alice * secret *\n", "colon", "chap-secrets; nothing was imported; read it with --format chap\n"),
        ("alice:secret\n", "jsonl", "login:secret; nothing was imported; read it with --format colon\n"),
        ("{\"login\":\"alice\",\"secret\":\"x\"}\n", "colon", "JSON, one object a line; nothing was imported; read it with --format jsonl\n"),
    ])
    func `a file in another format than named is refused as a whole`(text: String, format: String, words: String) {
        let file = folder.write("users", text.utf8)
        let outcome = run("secret", "import", "--format", format, file)
        #expect(outcome.status == 2)
        #expect(outcome.errors.hasPrefix("checkpwdctl: file is in another format: \(file): \(words)"), "\(outcome.errors)")
        #expect(outcome.output == "" && outcome.errors.filter { $0 == "\n" }.count == 1)
        #expect(secrets == [])
    }

    @Test func `UTF-16 is refused as a whole, and a UTF-8 byte-order mark is dropped`() {
        let file = folder.write("users", [0xFF, 0xFE] + "alice:x\n".utf8.flatMap { [$0, 0] })
        let outcome = run("secret", "import", "--format", "colon", file)
        #expect(outcome.status == 2)
        #expect(outcome.errors == "checkpwdctl: file is in another format: \(file): UTF-16 or UTF-32; nothing was imported; save it as UTF-8\n")
        #expect(run("secret", "import", "--format", "colon", folder.write("users", "\u{FEFF}alice:x\n".utf8)).status == 0)
        #expect(secrets == ["alice x"])
    }

    @Test func `a secret that looks like a hash is imported and set only literally`() {
        let hash = "$6$salt$0123456789abcdefghijklmnopqrstuvwxyz"
        let file = folder.write("users", "alice:one\nbob:two\ncarol:*:20228:0:99999:7:::\ndan:\(hash)\n".utf8)
        let refused = run("secret", "import", "--format", "colon", file)
        #expect(refused.status == 1 && refused.output == "2 imported, 0 kept, 2 refused\n")
        #expect(refused.errors.contains("line 3: a locked password is not a secret\n"))
        #expect(run("secret", "import", "--format", "colon", "--keep", "--literal", file).status == 0)
        #expect(run("secret", "verify", "--stdin", "dan", input: hash).status == 0)
        for (secret, words) in [(hash, "secret looks like a hash"), ("*", "secret looks like a locked password"), ("{PLAIN}x", "secret begins with a scheme, such as {PLAIN}")] {
            let set = run("secret", "set", "--stdin", "eve", input: secret)
            #expect(set.status == 2)
            #expect(set.errors == "checkpwdctl: \(words); nothing was changed; if it is the secret itself, use --literal\n")
            #expect(run("secret", "set", "--stdin", "--literal", "eve", input: secret).status == 0)
            #expect(run("secret", "verify", "--stdin", "eve", input: secret).status == 0)
        }
        // What was taken literally is written so that it is taken again.
        let exported = run("secret", "export", "--reveal").output
        let again = Program([Stage.checkpwdctl, "secret", "import", "--replace"] + places + ["-"]).run(input: Array(exported.utf8))
        #expect(again.status == 0 && again.output == "5 imported, 0 kept, 0 refused\n", "\(again.errors)")
        #expect(run("secret", "verify", "--stdin", "dan", input: hash).status == 0)
    }

    @Test func `a secret on standard input may begin with a byte-order mark, and may not be UTF-16`() {
        #expect(run("secret", "set", "--stdin", "alice", input: "\u{FEFF}pass\r\n").status == 0)
        #expect(run("secret", "verify", "--stdin", "alice", input: "pass").status == 0)
        let longest = String(repeating: "x", count: 1024)
        #expect(run("secret", "set", "--stdin", "alice", input: "\u{FEFF}\(longest)\r\n").status == 0)
        let wide = Program([Stage.checkpwdctl, "secret", "set", "--stdin"] + places + ["bob"]).run(input: [0xFE, 0xFF, 0, 0x61])
        #expect(wide.status == 2 && wide.errors == "checkpwdctl: secret is UTF-16 or UTF-32; save it as UTF-8\n")
    }

    @Test func `a file that others can read is spoken of`() {
        let file = folder.write("users", "alice:x\n".utf8, mode: 0o644)
        let outcome = run("secret", "import", "--format", "colon", file)
        #expect(outcome.status == 0)
        #expect(outcome.errors == "checkpwdctl: \(file): others than its owner can read this file\n")
    }

    /// Dovecot itself reads what is exported for it.
    @Test(.enabled(if: !Stage.isSanitized, "bounds the address space"))
    func `an exported passwd-file lets in with Dovecot`() {
        for (login, secret) in [("alice", "pass"), ("bob", "pa:ss"), ("carol", "{x} y")] {
            _ = run("secret", "set", "--stdin", login, input: secret)
        }
        #expect(run("secret", "export", "--format", "passwd-file", "-o", folder("users")).status == 0)
        chmod(folder.path, 0o755)
        chmod(folder("users"), 0o644)
        for (login, secret, scheme) in [
            ("alice", "pass", "PLAIN"), ("bob", "pa:ss", "PLAIN.b64"), ("carol", "{x} y", "PLAIN"),
        ] {
            let line = (try? String(contentsOfFile: folder("users"), encoding: .utf8))?
                .split(separator: "\n").first { $0.hasPrefix("\(login):") }
            let password = line?.split(separator: ":")[1] ?? ""
            #expect(password.hasPrefix("{\(scheme)}"))
            let outcome = Program(["doveadm", "pw", "-t", String(password), "-p", secret]).run()
            #expect(outcome.status == 0, "\(outcome.errors)")
        }
    }
}

extension OnStage {
    @Suite struct ImportShadowTests {
        @Test(arguments: ["shadow", "passwd", "group", "gshadow"], ["colon", "authuser", "chap", "passwd-file", "jsonl"])
        func `the system's own account files are refused, and the store is as it was`(file: String, format: String) throws {
            Stage.accounts
            let folder = Folder()
            let places = ["--store", folder("secrets.mdb"), "--store-key", folder("store.key")]
            #expect(Program([Stage.checkpwdctl, "store", "init"] + places).run().status == 0)
            let before = try Data(contentsOf: URL(fileURLWithPath: folder("secrets.mdb")))
            for options in [[], ["--literal"], ["--replace"]] {
                let outcome = Program([Stage.checkpwdctl, "secret", "import", "--format", format] + options + places + ["/etc/\(file)"]).run()
                #expect(outcome.status == 2)
                #expect(outcome.errors.contains("file is in another format: /etc/\(file): \(file)(5); "), "\(outcome.errors)")
            }
            #expect(try Data(contentsOf: URL(fileURLWithPath: folder("secrets.mdb"))) == before)
        }
    }
}
