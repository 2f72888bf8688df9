import Foundation
import TestSupport
import Testing

/// checkpwdctl's commands in their long form, as a person and a script use them.
@Suite struct StoreCommandsTests {
    private let folder = Folder()

    private func run(_ arguments: String..., input: String = "") -> Program.Outcome {
        Program([Stage.checkpwdctl] + arguments + ["-S", folder("secrets.mdb"), "-K", folder("store.key")])
            .run(input: Array(input.utf8))
    }

    private func fill() {
        #expect(run("store", "init").status == 0)
        for login in ["alice", "bob"] { #expect(run("secret", "set", "--stdin", login, input: "secret of \(login)").status == 0) }
    }

    private func json(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    @Test func `a list has login, created, changed and last used, with tabs between`() throws {
        fill()
        let cache = folder("cache")
        let lines = run("secret", "list", "--replay-cache", cache).output.split(separator: "\n")
        #expect(lines.count == 2)
        let columns = lines[0].split(separator: "\t")
        #expect(columns.count == 4 && columns[0] == "alice" && columns[3] == "-")
        #expect(columns[1].wholeMatch(of: /20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ/) != nil && columns[1] == columns[2])
        let object = try json(String(run("list", "--json", "--replay-cache", cache).output.split(separator: "\n")[1]))
        #expect(object["login"] as? String == "bob" && object["used"] is NSNull)
        #expect(run("secret", "list", "--names").output == "alice\nbob\n")
    }

    @Test func `a secret is shown only with --reveal`() throws {
        fill()
        let shown = run("secret", "show", "alice")
        #expect(shown.status == 0 && shown.output.hasPrefix("login\talice\ncreated\t20"))
        #expect(!shown.output.contains("secret of"))
        #expect(try json(run("secret", "show", "--json", "alice").output)["login"] as? String == "alice")
        #expect(run("secret", "show", "--reveal", "alice").output == "secret of alice\n")
        #expect(run("secret", "show", "carol").status == 1)
    }

    @Test(arguments: [("alice", "secret of alice", Int32(0)), ("alice", "other", 1), ("carol", "x", 1), ("alice", "", 2)])
    func `a secret is verified by the exit status`(login: String, secret: String, status: Int32) {
        fill()
        #expect(run("secret", "verify", "--stdin", login, input: secret).status == status)
    }

    @Test func `a login is renamed, and nobody loses a secret by it`() {
        fill()
        #expect(run("secret", "rename", "alice", "carol").status == 0)
        #expect(run("secret", "list", "--names").output == "bob\ncarol\n")
        #expect(run("secret", "rename", "bob", "carol").errors == "checkpwdctl: login has a secret: carol; delete it first\n")
        #expect(run("secret", "rename", "alice", "dave").errors == "checkpwdctl: login has no secret: alice\n")
    }

    @Test func `store, key and records are counted, checked and rekeyed`() throws {
        fill()
        #expect(run("store", "check").output == "2 records read, 0 problems\n")
        let before = try json(run("store", "stat", "--json").output)
        #expect(before["records"] as? Int == 2 && before["rekeying"] as? Bool == false)
        #expect(run("store", "rekey").output == "2 records sealed anew; the old keys are retired\n")
        let after = try json(run("store", "stat", "--json").output)
        let keys = try [before, after].map { try #require(($0["keys"] as? [[String: Any]])?.first?["key"] as? String) }
        #expect(keys[0] != keys[1])
        #expect(run("store", "stat").output.contains("key \(keys[1])\t2\n"))
        #expect(try json(run("store", "check", "--json").output)["problems"] as? [String] == [])
    }

    @Test func `a backup from before a rekey comes back with the key of then`() throws {
        fill()
        let old = try String(contentsOfFile: folder("store.key"), encoding: .utf8)
        #expect(run("store", "backup", folder("copy")).status == 0)
        #expect(run("store", "rekey").status == 0)
        let refused = run("store", "restore", folder("copy"))
        #expect(refused.status == 111 && refused.errors.contains("record sealed under another key: alice: key "))
        let new = try String(contentsOfFile: folder("store.key"), encoding: .utf8)
        folder.write("store.key", (new + old).utf8)
        #expect(run("store", "restore", folder("copy")).output == "2 records restored\n")
        #expect(run("secret", "verify", "--stdin", "alice", input: "secret of alice").status == 0)
        #expect(run("store", "rekey").status == 0)
        #expect(run("store", "check").status == 0)
    }

    @Test(arguments: ["", "0", "x", "12T", "-1"])
    func `a size that is none is refused`(size: String) {
        #expect(run("set", "--stdin", "--max-size=\(size)", "alice", input: "x").status == 64)
    }

    @Test func `an import or export of a store that cannot be read says so at once`() {
        #expect(run("secret", "import", "--format", "colon", "-").status == 111)
        #expect(run("secret", "export", "-o", folder("out")).status == 111)
    }

    @Test func `a secret is UTF-8`() {
        fill()
        let outcome = Program(
            [Stage.checkpwdctl, "set", "--stdin", "-S", folder("secrets.mdb"), "-K", folder("store.key"), "carol"]
        ).run(input: [0xC3, 0x28])
        #expect(outcome.status == 2 && outcome.errors.hasPrefix("checkpwdctl: secret is not UTF-8; "))
    }

    /// C1 control characters are UTF-8, and terminals obey them.
    @Test func `a login that a terminal would obey is shown escaped by each command`() {
        fill()
        let login = "\u{9B}31m\u{85}:"
        #expect(run("set", "--stdin", login, input: "x").status == 0)
        let escaped = #"\xc2\x9b31m\xc2\x85:"#
        #expect(run("list").output.split(separator: "\n").last?.hasPrefix(escaped + "\t") == true)
        #expect(run("secret", "show", login).output.hasPrefix("login\t\(escaped)\n"))
        #expect(run("secret", "export", "--reveal", "--format", "colon").errors.hasPrefix("checkpwdctl: \(escaped): colon in login\n"))
        for arguments in [["list", "--json"], ["secret", "show", "--json", login]] {
            let outcome = Program([Stage.checkpwdctl] + arguments + ["-S", folder("secrets.mdb"), "-K", folder("store.key")]).run()
            #expect(outcome.output.contains(#""login":"\u009b31m\u0085:""#))
        }
        // For scripts as it is, for a person not.
        #expect(run("list", "--names").output.contains(login + "\n"))
        let shown = Pseudoterminal.run([Stage.checkpwdctl, "list", "--names", "-S", folder("secrets.mdb"), "-K", folder("store.key")])
        #expect(shown.contains(escaped + "\r\n") && !shown.contains("\u{9B}"))
    }

    @Test func `on a terminal a list has a head and columns`() {
        #expect(run("init").status == 0)
        let list = [Stage.checkpwdctl, "list", "--replay-cache", folder("cache"), "-S", folder("secrets.mdb"), "-K", folder("store.key")]
        #expect(Pseudoterminal.run(list) == "no login has a secret\r\n")
        #expect(run("list").output == "")
        for login in ["al", "caf\u{E9}", "bob@example.com"] { _ = run("set", "--stdin", login, input: "x") }
        let lines = Pseudoterminal.run(list).split(separator: "\r\n")
        #expect(lines.count == 4 && lines[0] == "login            created               changed               last used")
        for (line, login) in zip(lines.dropFirst(), ["al             ", "bob@example.com", "caf\u{E9}           "]) {
            #expect(line.wholeMatch(of: /(.{15})  20\S{18}  20\S{18}  -/)?.1 == login[...])
        }
    }

    @Test func `a list knows when a login was last used by CRAM-MD5`() throws {
        fill()
        let cache = folder("cache")
        let options = ["-e", "-p", "store", "--allow-other", "-S", folder("secrets.mdb"), "-K", folder("store.key"), "--replay-cache", cache]
        let before = Int(Date().timeIntervalSince1970)
        let login = Login.run(try Login.cramMD5("bob", "secret of bob"), options + ["--", "/bin/true"])
        #expect(login.status == 0, "\(login.errors)")
        let used = try run("list", "--json", "--replay-cache", cache).output.split(separator: "\n").map { try json(String($0))["used"] as? String }
        #expect(used.count == 2 && used[0] == nil)
        let time = try #require(used[1].flatMap { ISO8601DateFormatter().date(from: $0) }).timeIntervalSince1970
        #expect((before...Int(Date().timeIntervalSince1970)).contains(Int(time)))
        #expect(run("list", "--replay-cache", cache).output.split(separator: "\n").last?.hasSuffix("\t\(used[1]!)") == true)
    }

    @Test(arguments: [
        ["list"], ["secret", "show", "odd \"\\\u{85}\u{2028}\u{1F600}"], ["store", "check"], ["store", "stat"], ["doctor", "odd"],
    ])
    func `what is JSON is JSON to Python, too`(command: [String]) {
        fill()
        #expect(run("set", "--stdin", "odd \"\\\u{85}\u{2028}\u{1F600}", input: "x").status == 0)
        let places = ["-S", folder("secrets.mdb"), "-K", folder("store.key")]
        let outcome = Program([Stage.checkpwdctl] + command + ["--json"] + places).run()
        let parse = "import json, sys\nfor line in sys.stdin: print(type(json.loads(line)).__name__)"
        let parsed = Program(["python3", "-c", parse]).run(input: Array(outcome.output.utf8))
        #expect(parsed.output == String(repeating: "dict\n", count: command == ["list"] ? 3 : 1), "\(outcome.output)\(parsed.errors)")
    }

    /// Logins are not sealed: who can write the file can put any bytes there.
    @Test func `what somebody wrote into the file does not reach the terminal as it is`() throws {
        fill()
        var bytes = Array(try #require(FileManager.default.contents(atPath: folder("secrets.mdb"))))
        for place in bytes.indices where bytes[place...].starts(with: Array("alice".utf8)) {
            bytes.replaceSubrange(place..<(place + 5), with: [0x1B, 0x5B, 0x0A, 0x72, 0x6F])
        }
        folder.write("secrets.mdb", bytes)
        let table = run("list")
        #expect(table.output.hasPrefix("\\x1b[\\x0aro\t") && table.output.split(separator: "\n").count == 2)
        let names = run("list", "--names")
        #expect(names.output == "bob\n" && names.status == 1)
    }
}
