import CPlatform
import Credentials
import Foundation
import SASL
import Testing

@testable import SMTP
@testable import SMTPFront

@Suite("The auth command")
struct AuthCommandTests {
    let scratch: Scratch

    init() throws {
        scratch = try Scratch()
    }

    /// Runs a script to its end with a claim. It finds the scratch directory in `$SCRATCH`, and `$EXTRA` is `kept`.
    private func run(
        _ script: String, _ claim: borrowing Claim, arguments: String = "", remoteHost: String = "192.0.2.7"
    ) throws -> Outcome {
        let environment = ChildEnvironment(
            ["PATH=/usr/bin:/bin", "SCRATCH=\(scratch.path)", "EXTRA=kept"].map { Array($0.utf8) })
        let line = Array((try scratch.script(script) + " " + arguments).utf8)
        let command = try #require(AuthCommand(line, environment: environment))
        guard let credentials = CredentialBytes.of(claim) else { throw Unexpected() }
        switch command.start(credentials, remoteHost: Array(remoteHost.utf8)) {
        case .running(let child): return AuthCommand.outcome(of: child)
        case .failed(let outcome): return outcome
        }
    }

    private struct Unexpected: Error {}

    private func plainCredentials() throws -> Secret {
        guard let credentials = CredentialBytes.of(try plainClaim()) else { throw Unexpected() }
        return credentials
    }

    @Test("reads the credentials to their end on descriptor 3, and nothing more")
    func credentials() throws {
        #expect(try run("cat <&3 >$SCRATCH/bytes", try plainClaim("alice", "p\u{e9} ss")) == .accepted)
        #expect(try scratch.contents("bytes") == "alice\0p\u{c3}\u{a9} ss\0\0")
        let cramMD5 = try claim(.cramMD5(challenge: tutorialChallenge), "alice cee8397ab123a0d4f3a7fddbb9cb8719")
        #expect(try run("cat <&3 >$SCRATCH/bytes", cramMD5) == .accepted)
        #expect(
            try scratch.contents("bytes")
                == "alice\0<20137.1267585100@indimail.org>\0cee8397ab123a0d4f3a7fddbb9cb8719\0")
    }

    @Test(
        "decides by its exit status",
        arguments: [
            ("exit 0", Outcome.accepted), ("exit 1", .rejected(.exitStatus(1))), ("exit 2", .temporary(.exitStatus(2))),
            ("exit 3", .temporary(.exitStatus(3))), ("exit 111", .temporary(.exitStatus(111))),
            ("kill -9 $$", .temporary(.exitStatus(137))), ("kill -1 $$", .temporary(.exitStatus(129))),
        ])
    func exitStatus(script: String, expected: Outcome) throws {
        #expect(try run(script, try plainClaim()) == expected)
    }

    @Test("gets its arguments split at blanks, and no shell reads them")
    func arguments() throws {
        let script = #"for word; do echo "$word" >>$SCRATCH/words; done"#
        #expect(try run(script, try plainClaim(), arguments: " -s  smtp 'a $HOME;true ") == .accepted)
        #expect(try scratch.contents("words") == "-s\nsmtp\n'a\n$HOME;true\n")
    }

    @Test("has our environment, and the client's address in it")
    func environment() throws {
        #expect(try run("echo $EXTRA $TCPREMOTEIP >$SCRATCH/env", try plainClaim()) == .accepted)
        #expect(try scratch.contents("env") == "kept 192.0.2.7\n")
    }

    @Test("has the descriptors 0 to 3 open and no other, the first two /dev/null")
    func descriptors() throws {
        // One that is not close-on-exec, for the child to inherit if it could.
        let ours = open("/etc/passwd", O_RDONLY)
        #expect(ours > 3)
        defer { close(ours) }
        let script = """
            n=0
            while [ $n -lt 200 ]; do
                # The shell itself has this script open.
                if [ -e /proc/$$/fd/$n ] && ! [ /proc/$$/fd/$n -ef $0 ]; then echo $n $(readlink /proc/$$/fd/$n); fi
                n=$((n + 1))
            done | grep -v '^2 ' >$SCRATCH/open
            [ -e /proc/$$/fd/2 ]
            """
        #expect(try run(script, try plainClaim()) == .accepted)
        let open = try scratch.contents("open").split(separator: "\n").map(String.init)
        #expect(open.count == 3)
        #expect(open.prefix(2) == ["0 /dev/null", "1 /dev/null"])
        #expect(open.last?.hasPrefix("3 pipe:") == true)
    }

    @Test("has no signal ignored or blocked, though the server ignores SIGPIPE")
    func signals() throws {
        signal(SIGPIPE, SIG_IGN)
        #expect(try run("grep -E '^Sig(Ign|Blk)' /proc/self/status >$SCRATCH/signals", try plainClaim()) == .accepted)
        let masks = try scratch.contents("signals").split(whereSeparator: \.isWhitespace).compactMap {
            UInt64($0, radix: 16)
        }
        // glibc keeps the signals 32 and 33 for itself, and posix_spawn leaves them ignored.
        let glibc: UInt64 = 1 << 31 | 1 << 32
        #expect(masks.map { $0 & ~glibc } == [0, 0])
    }

    @Test("may leave descriptor 3 unread")
    func unread() throws {
        #expect(try run("exec 3<&-; exit 1", try plainClaim()) == .rejected(.exitStatus(1)))
    }

    @Test("that is not there, or cannot be run, is a temporary failure")
    func missing() throws {
        let cases = [("/nonexistent/program", ENOENT), (scratch.path, EACCES), ("no-such-program-anywhere", ENOENT)]
        for (program, errno) in cases {
            let command = try #require(AuthCommand(Array(program.utf8)))
            switch command.start(try plainCredentials(), remoteHost: []) {
            case .running: Issue.record("\(program) was started")
            case .failed(let outcome): #expect(outcome == .temporary(.cannotStart(errno)))
            }
        }
    }

    @Test("has its messages on our standard error, or nowhere")
    func messages() throws {
        let script = try scratch.script("readlink /proc/$$/fd/2 >\(scratch.path)/error")
        for (messages, expected) in [
            (AuthCommand.Messages.nowhere, "/dev/null"),
            (.standardError, try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/2")),
        ] {
            let command = try #require(AuthCommand(Array(script.utf8), messages: messages))
            guard case .running(let child) = command.start(try plainCredentials(), remoteHost: []) else {
                Issue.record("not started")
                return
            }
            #expect(AuthCommand.outcome(of: child) == .accepted)
            #expect(try scratch.contents("error") == expected + "\n")
        }
    }

    @Test("needs a word", arguments: ["", "   ", "a\0b"])
    func noWord(line: String) {
        #expect(AuthCommand(Array(line.utf8)) == nil)
    }
}
