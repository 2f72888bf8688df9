import Foundation
import TestSupport
import Testing

/// checkpwdctl as a person and a script use it, on a store of its own.
@Suite struct CheckpwdctlTests {
    private let folder = Folder()

    private var places: [String] {
        ["--store", folder("secrets.mdb"), "--store-key", folder("store.key")]
    }

    private func run(_ arguments: String..., input: String = "") -> Program.Outcome {
        Program([Stage.checkpwdctl, arguments[0]] + places + arguments.dropFirst()).run(input: Array(input.utf8))
    }

    @Test func `secrets are set, listed and deleted`() {
        #expect(run("init").status == 0)
        #expect(run("set", "--stdin", "bob", input: "one\n").status == 0)
        #expect(run("set", "--stdin", "alice@example.com", input: "two").status == 0)
        #expect(run("list", "--names").output == "alice@example.com\nbob\n")
        #expect(run("delete", "bob").status == 0)
        #expect(run("list", "--names").output == "alice@example.com\n")
        let again = run("delete", "bob")
        #expect(again.status == 1)
        #expect(again.errors == "checkpwdctl: login has no secret: bob\n")
    }

    @Test func `store and key are named by pam-checkpwd's letters, too`() {
        _ = run("init")
        _ = run("set", "--stdin", "alice", input: "x")
        let short = Program(
            [Stage.checkpwdctl, "list", "--names", "-S", folder("secrets.mdb"), "-K", folder("store.key")]).run()
        #expect(short.output == "alice\n")
    }

    @Test func `a secret is found by pam-checkpwd as it was set`() {
        _ = run("init")
        _ = run("set", "--stdin", "tim", input: "tanstaaftanstaaf\r\n")
        let answer = run("respond", "--stored", "tim", "<1896.697170952@postoffice.reston.mci.net>").output
        #expect(answer == "dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw\n")
    }

    /// RFC 2195, section 2, and IndiMail's tutorial.
    @Test(arguments: [
        ("tim", "tanstaaftanstaaf", "PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+",
            "dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw"),
        ("postmaster@example.com", "pass", "PDIwMTM3LjEyNjc1ODUxMDBAaW5kaW1haWwub3JnPg==",
            "cG9zdG1hc3RlckBleGFtcGxlLmNvbSBjZWU4Mzk3YWIxMjNhMGQ0ZjNhN2ZkZGJiOWNiODcxOQ=="),
    ])
    func `the published answers are computed`(login: String, secret: String, challenge: String, answer: String) {
        #expect(run("respond", "--stdin", login, challenge, input: secret + "\n").output == answer + "\n")
    }

    @Test(arguments: [
        ("an empty secret", ["set", "--stdin", "alice"], "", Int32(2), "empty secret"),
        ("only a line ending", ["set", "--stdin", "alice"], "\n", 2, "empty secret"),
        ("two lines", ["set", "--stdin", "alice"], "a\nb\n", 2, "control byte in secret"),
        ("too long", ["set", "--stdin", "alice"], String(repeating: "x", count: 1025), 2, "secret too long"),
        ("no terminal", ["set", "alice"], "", 2, "no terminal for the secret"),
        ("an empty login", ["set", "--stdin", ""], "x", 2, "bad login"),
        ("no challenge", ["respond", "--stdin", "alice", "no base64"], "x", 2, "bad challenge: no base64"),
        ("nobody stored", ["respond", "--stored", "bob", "<a@b>"], "", 1, "login has no secret: bob"),
        ("a second store", ["init"], "", 111, "store exists"),
    ])
    func `what cannot be done is said in one line, and changes nothing`(
        what: String, arguments: [String], input: String, status: Int32, line: String
    ) {
        _ = run("init")
        _ = run("set", "--stdin", "zoe", input: "kept")
        let outcome = Program(
            [Stage.checkpwdctl, arguments[0]] + places + arguments.dropFirst()
        ).run(input: Array(input.utf8))
        #expect(outcome.status == status, "\(what)")
        #expect(outcome.errors.hasPrefix("checkpwdctl: \(line)"))
        #expect(outcome.errors.filter { $0 == "\n" }.count == 1)
        #expect(outcome.output == "")
        #expect(run("list", "--names").output == "zoe\n")
    }

    /// Each writer is a process of its own, as administrators and their scripts are.
    @Test func `many writers at once lose nothing`() {
        _ = run("init")
        let script = #"""
            for writer in 1 2 3 4; do
                ( for number in 1 2 3 4 5 6 7 8 9 10; do
                    echo secret | "$0" set --stdin "$@" "login$writer-$number" || echo failed
                    "$0" list "$@" >/dev/null || echo failed
                done ) &
            done
            wait
            """#
        let outcome = Program(["/bin/sh", "-c", script, Stage.checkpwdctl] + places).run()
        #expect(outcome.output == "" && outcome.errors == "")
        #expect(run("list", "--names").output.split(separator: "\n").count == 40)
    }

    @Test func `an argument that is not UTF-8 is refused, rather than changed`() {
        _ = run("init")
        let outcome = Program(
            ["/bin/sh", "-c", #"exec "$0" set --stdin "$@" "$(printf 'caf\351')""#, Stage.checkpwdctl] + places
        ).run(input: Array("x".utf8))
        #expect(outcome.status == 2)
        #expect(outcome.errors == "checkpwdctl: argument is not UTF-8: caf\\xe9\n")
        #expect(run("list", "--names").output == "")
    }

    @Test func `a list that cannot be written is a failure`() {
        _ = run("init")
        _ = run("set", "--stdin", "alice", input: "x")
        let outcome = Program(["/bin/sh", "-c", #"exec "$0" list "$@" >/dev/full"#, Stage.checkpwdctl] + places).run()
        #expect(outcome.status == 111)
        #expect(outcome.errors == "checkpwdctl: standard output cannot be written: No space left on device\n")
    }

    @Test func `the longest secret is one, with a line ending too`() {
        _ = run("init")
        #expect(run("set", "--stdin", "alice", input: String(repeating: "x", count: 1024) + "\r\n").status == 0)
    }

    @Test func `a missing store says how to make one`() {
        let outcome = run("list")
        #expect(outcome.status == 111)
        #expect(outcome.errors.hasSuffix("No such file or directory; checkpwdctl store init creates store and key\n"))
    }

    @Test func `the terminal is asked twice, without echo`() throws {
        _ = run("init")
        let session = terminal("set", "alice", answers: ["tanstaaf", "tanstaaf"])
        #expect(session.contains("Secret: ") && session.contains("Again: "))
        #expect(!session.contains("tanstaaf"))
        #expect(run("list", "--names").output == "alice\n")
    }

    @Test func `two different answers change nothing`() {
        _ = run("init")
        let session = terminal("set", "alice", answers: ["tanstaaf", "tanstaag"])
        #expect(session.contains("checkpwdctl: secrets differ"))
        #expect(run("list", "--names").output == "")
    }

    /// A shell is played that has it as a job: who leads a session cannot be stopped by its terminal.
    @Test func `who stops the program finds a terminal with echo, and is asked again`() {
        _ = run("init")
        let script = """
            import os, pty, signal, sys, termios
            signal.alarm(60)
            shell, terminal = pty.fork()
            if shell == 0:
                signal.signal(signal.SIGTTOU, signal.SIG_IGN)
                job = os.fork()
                if job == 0:
                    os.setpgid(0, 0)
                    os.tcsetpgrp(0, os.getpid())
                    signal.signal(signal.SIGTTOU, signal.SIG_DFL)
                    os.execv(sys.argv[1], sys.argv[1:])
                status = os.waitpid(job, os.WUNTRACED)[1]
                os.tcsetpgrp(0, os.getpid())
                print("stopped", os.WIFSTOPPED(status), "echo", bool(termios.tcgetattr(0)[3] & termios.ECHO), flush=True)
                os.tcsetpgrp(0, job)
                os.kill(-job, signal.SIGCONT)
                os._exit(os.waitstatus_to_exitcode(os.waitpid(job, 0)[1]))
            answers = [b"part\\x1a", b"tanstaaf\\n", b"tanstaaf\\n"]
            shown = b""
            while True:
                try:
                    more = os.read(terminal, 1024)
                except OSError:
                    break
                shown += more
                if more.rstrip(b" ").endswith(b":") and answers:
                    os.write(terminal, answers.pop(0))
            print(os.waitstatus_to_exitcode(os.waitpid(shell, 0)[1]))
            sys.stdout.flush()
            sys.stdout.buffer.write(shown)
            """
        let outcome = Program(["python3", "-c", script, Stage.checkpwdctl, "set"] + places + ["alice"]).run()
        #expect(outcome.output.hasPrefix("0\nSecret: "), "\(outcome.output)\(outcome.errors)")
        #expect(outcome.output.contains("\r\nstopped True echo True\r\nSecret: \r\nAgain: "))
        #expect(!outcome.output.contains("part") && !outcome.output.contains("tanstaaf"))
        #expect(run("list", "--names").output == "alice\n")
    }

    @Test(arguments: [
        (["secert", "list"], "Unknown command 'secert'. Did you mean 'secret'?"),
        (["secret", "lst"], "Unknown command 'secret lst'. Did you mean 'secret list'?"),
        (["help", "store", "reky"], "Unknown command 'store reky'. Did you mean 'store rekey'?"),
        (["something"], "Unknown command 'something'."),
    ])
    func `a command that does not exist is told with the one that was meant`(arguments: [String], line: String) {
        let outcome = Program([Stage.checkpwdctl] + arguments).run()
        #expect(outcome.status == 64)
        #expect(outcome.errors.hasPrefix("Error: \(line)\n"))
    }

    /// Types the answers, each when it is asked for, on a terminal of its own.
    ///
    /// - Returns: what the terminal showed.
    private func terminal(_ arguments: String..., answers: [String]) -> String {
        let script = """
            import os, pty, signal, sys
            signal.alarm(60)
            answers = sys.argv[1].split(",")
            pid, terminal = pty.fork()
            if pid == 0:
                os.execv(sys.argv[2], sys.argv[2:])
            shown = b""
            while True:
                try:
                    more = os.read(terminal, 1024)
                except OSError:
                    break
                if not more:
                    break
                shown += more
                if more.rstrip(b" ").endswith(b":") and answers:
                    os.write(terminal, answers.pop(0).encode() + b"\\n")
            os.waitpid(pid, 0)
            sys.stdout.buffer.write(shown)
            """
        let command = [Stage.checkpwdctl, arguments[0]] + places + arguments.dropFirst()
        return Program(["python3", "-c", script, answers.joined(separator: ",")] + command).run().output
    }
}
