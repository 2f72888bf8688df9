import Foundation
import TestSupport
import Testing

extension OnStage {
    /// pam-checkpwd, kept and asked about login after login.
    @Suite struct ResidentTests {
        init() {
            Stage.accounts
            VirtualAccounts.made
        }

        @Test func `it answers what would be its exit status, login after login`() throws {
            let resident = ResidentProgram(["-s", InstalledService.prompt] + Login.threeFields)
            let answer = try Login.cramMD5("alice")
            let logins: [(what: String, bytes: [UInt8], status: Int32)] = [
                ("right", Login.plain("alice"), 0), ("wrong", Login.plain("alice", "wrong"), 1),
                ("unknown", Login.plain("nobody-here"), 1), ("right again", Login.plain("alice"), 0),
                ("expired", Login.plain("expired"), 1), ("CRAM-MD5", answer, 0), ("the same once more", answer, 1),
                ("another challenge", try Login.cramMD5("alice"), 0), ("a wrong answer", try Login.cramMD5("alice", "wrong"), 1),
                ("an expired account by CRAM-MD5", try Login.cramMD5("expired"), 1), ("APOP", try Login.apop("alice"), 0),
                ("root", Login.plain("root"), 1), ("no password", Login.plain("alice", ""), 1),
                ("one field", Array("alice\0".utf8), 2),
                ("too long", Login.plain("alice", String(repeating: "x", count: 512)), 2),
                ("right at the end", Login.plain("alice"), 0),
            ]
            for login in logins {
                #expect(resident.ask(login.bytes, "TCPREMOTEIP=192.0.2.1") == login.status, "\(login.what)")
            }
            #expect(resident.end() == 0)
        }

        /// What would be the exit status of the same options, for that login alone.
        @Test(arguments: [
            (["-s", "resident-unix"], "root"), (["-s", "resident-unix", "-e"], "root"), (["-s", "resident-any"], "nobody-here"),
            (["-s", "resident-any", "-e"], "nobody-here"), (["-p", "pam,store"], VirtualAccounts.login),
            (["-p", "pam,store", "-e"], VirtualAccounts.login), (VirtualAccounts.options, VirtualAccounts.login),
        ])
        func `it accepts whom a program that is started for the login accepts, and nobody else`(options: [String], login: String) {
            Stage.service("resident-unix", "auth required pam_unix.so", "account required pam_unix.so")
            Stage.service("resident-any")
            let started = Login.run(Login.plain(login), options + ["--", "/bin/true"]).status
            #expect(ResidentProgram(options).ask(Login.plain(login)) == started)
            // With -e they get in, without some do not.
            if options.contains("-e") { #expect(started == 0) }
        }

        @Test(arguments: [
            ("nothing but a NUL", [7, 0]), ("a mark and nothing else", [7]), ("too long", [UInt8](repeating: 1, count: 5000)),
            ("no end of the variables", Array("7TCPREMOTEIP=192.0.2.1\0alice".utf8)),
            ("too many variables", [7] + [UInt8](repeating: 65, count: 4096) + Array("\0\0alice\0pass\0".utf8)),
        ])
        func `a packet that is none is misused, and the next login is one`(what: String, packet: [UInt8]) {
            let resident = ResidentProgram(["-s", InstalledService.prompt])
            #expect(resident.say(packet) == 2, "\(what)")
            #expect(resident.ask(Login.plain("alice")) == 0)
        }

        @Test func `a backend that is down is 111, and nobody's wrong password, until it is back`() {
            let service = "resident-down"
            let resident = ResidentProgram(["-s", service])
            let states: [(lines: [String], status: Int32)] = [
                ([], 111), (["auth [default=die] pam_debug.so auth=authinfo_unavail"], 111), (["auth required pam_deny.so"], 1),
                (["auth [default=die] pam_nowhere.so"], 111), (["auth required pam_permit.so"], 0),
                (["auth required pam_permit.so", "account required pam_debug.so acct=authinfo_unavail"], 111),
                (["auth required pam_permit.so"], 0), ([], 111),
            ]
            for (number, state) in states.enumerated() {
                // What was written meanwhile is what counts.
                unlink("/etc/pam.d/\(service)")
                if !state.lines.isEmpty { Stage.service(service, lines: state.lines) }
                #expect(resident.ask(Login.plain("alice")) == state.status, "state \(number)")
            }
            #expect(resident.errors.contains("no service file"))
        }

        @Test func `what is not there is looked for again, and named each time`() throws {
            // An empty file over the library, in a namespace of its own.
            let script = """
                import os, socket, subprocess, sys
                ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
                os.dup2(theirs.fileno(), 3)
                resident = subprocess.Popen(sys.argv[3:], pass_fds=[3])
                theirs.close(), os.close(3)
                library = sys.argv[1]
                def ask(login):
                    ours.send(b"\\0\\0" + login)
                    return ours.recv(2)[1]
                logins = [bytes.fromhex(word) for word in sys.argv[2].split(",")]
                subprocess.run(["mount", "--bind", "/dev/null", library], check=True)
                print(ask(logins[0]), ask(b"alice\\0pass\\0\\0"), ask(logins[1]))
                subprocess.run(["umount", library], check=True)
                print(ask(logins[2]))
                """
            let logins = try (0..<3).map { _ in
                try Login.cramMD5("alice").map { String(format: "%02x", $0) }.joined()
            }
            let outcome = Program(
                ["unshare", "--mount", "python3", "-c", script, Self.library, logins.joined(separator: ","), Stage.pamCheckpwd]
                    + Login.everyMechanism + ["--resident", "-s", InstalledService.prompt]
            ).run()
            #expect(outcome.output == "111 0 111\n0\n", "\(outcome.errors)")
            let lines = outcome.errors.split(separator: "\n")
            #expect(lines.count == 2 && Set(lines).count == 1, "\(lines)")
            #expect(lines.first?.contains("liblmdb.so") == true, "\(lines)")
        }

        /// Where LMDB is installed.
        private static let library: String = {
            let lines = Program(["ldconfig", "-p"]).run().output.split(separator: "\n")
            return lines.first { $0.contains("liblmdb.so.0") }?.split(separator: " ").last.map(String.init) ?? "?"
        }()

        @Test func `its socket is not inherited by what a module runs`() throws {
            let resident = ResidentProgram(["-s", InstalledService.prompt])
            #expect(resident.ask(Login.plain("alice")) == 0)
            let information = try String(contentsOfFile: "/proc/\(resident.pid)/fdinfo/3", encoding: .utf8)
            let flags = try #require(information.split(separator: "\n").first { $0.hasPrefix("flags:") })
            let number = try #require(Int(flags.split(whereSeparator: \.isWhitespace)[1], radix: 8))
            #expect(number & Int(O_CLOEXEC) != 0)
        }

        @Test func `a socket that does not block is waited for`() {
            let script = """
                import socket, subprocess, sys, time
                ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
                theirs.setblocking(False)
                number = theirs.fileno()
                shell = ["/bin/sh", "-c", f'exec "$0" "$@" 3<&{number}']
                resident = subprocess.Popen(shell + sys.argv[1:], pass_fds=[number])
                theirs.close()
                time.sleep(0.2)
                ours.send(b"\\7\\0alice\\0pass\\0\\0")
                print(ours.recv(2))
                ours.send(b"")
                print(resident.wait())
                """
            let outcome = Program([
                "python3", "-c", script, Stage.pamCheckpwd, "--resident", "-s", InstalledService.prompt,
            ]).run()
            #expect(outcome.output == "b'\\x07\\x00'\n0\n", "\(outcome.errors)")
        }

        @Test func `a secret that is set or deleted meanwhile counts at once`() throws {
            let resident = ResidentProgram(["-s", InstalledService.prompt] + VirtualAccounts.options)
            #expect(resident.ask(try Login.cramMD5("late@example.com")) == 1)
            Stage.must(Stage.checkpwdctl, "set", "--stdin", "late@example.com", input: "pass\n")
            #expect(resident.ask(try Login.cramMD5("late@example.com")) == 0)
            #expect(resident.ask(Login.plain("late@example.com")) == 0)
            Stage.must(Stage.checkpwdctl, "delete", "late@example.com")
            #expect(resident.ask(try Login.cramMD5("late@example.com")) == 1)
        }

        @Test func `PAM is told of each login where it comes from, and opens no session`() throws {
            let folder = Folder()
            let script = folder.write("note", "#!/bin/sh\necho $PAM_TYPE $PAM_USER $PAM_RHOST >>\(folder("seen"))\n".utf8)
            chmod(script, 0o755)
            let lines = ["auth", "account", "session"].map { "\($0) required pam_exec.so quiet \(script)" }
            Stage.write("/etc/pam.d/resident-note", lines.joined(separator: "\n") + "\n")
            let resident = ResidentProgram(["-s", "resident-note"])
            #expect(resident.ask(Login.plain("alice"), "TCPREMOTEIP=192.0.2.1", "PROTO=TCP") == 0)
            #expect(resident.ask(Login.plain("expired"), "TCPREMOTEIP=192.0.2.2") == 0)
            #expect(resident.ask(Login.plain("alice")) == 0)
            let seen = try String(contentsOfFile: folder("seen"), encoding: .utf8)
            #expect(
                seen == """
                    auth alice 192.0.2.1
                    account alice 192.0.2.1
                    auth expired 192.0.2.2
                    account expired 192.0.2.2
                    auth alice
                    account alice

                    """)
        }

        @Test func `each login is a line in the log`() throws {
            let log = Syslog()
            let resident = ResidentProgram(["-s", InstalledService.prompt])
            _ = resident.ask(Login.plain("alice"), "TCPREMOTEIP=192.0.2.1")
            _ = resident.ask(try Login.cramMD5("alice", "wrong"), "TCPREMOTEIP=192.0.2.2")
            _ = resident.say([7, 0])
            let lines = log.lines(of: "pam-checkpwd")
            #expect(lines.count == 3)
            let fields = #"rhost="192.0.2.1" service="prompt" login="alice""#
            #expect(lines.first == #"<86> verdict="accepted" reason="ok" mechanism="plain" "# + fields, "\(lines)")
            let refused = #"verdict="rejected" reason="wrong-answer-to-challenge" mechanism="cram-md5" rhost="192.0.2.2""#
            #expect(lines.dropFirst().first?.contains(refused) == true, "\(lines)")
            #expect(lines.last?.contains(#"verdict="misused""#) == true, "\(lines)")
        }

        @Test(.disabled(if: Stage.isSanitized, "the sanitizer keeps freed memory"))
        func `no password and no secret is left in it when it has answered`() throws {
            let password = "Resid3nt-Pa55word"
            Stage.must("useradd", "kept")
            Stage.must("chpasswd", input: "kept:\(password)\n")
            Stage.must(Stage.checkpwdctl, "set", "--stdin", "kept", input: "Resid3nt-5ecret\n")
            let resident = ResidentProgram(["-s", InstalledService.prompt])
            #expect(resident.ask(Login.plain("kept", password)) == 0)
            #expect(resident.ask(Login.plain("kept", "wrong-" + password)) == 1)
            #expect(resident.ask(try Login.cramMD5("kept", "Resid3nt-5ecret")) == 0)
            let memory = ProcessMemory(of: resident.pid)
            #expect(memory.holds("login=\"kept\"".utf8))
            #expect(!memory.holds(password.utf8))
            #expect(!memory.holds("Resid3nt-5ecret".utf8))
        }

        @Test(.disabled(if: Stage.isSanitized, "the sanitizer keeps freed memory"))
        func `a thousand logins leave no memory and no descriptor behind`() throws {
            let resident = ResidentProgram(["-s", Stage.service("resident-permit")])
            func use(_ count: Int) throws -> (kibibytes: Int, descriptors: Int) {
                for _ in 0..<count {
                    #expect(resident.ask(Login.plain("alice"), "TCPREMOTEIP=192.0.2.1") == 0)
                    #expect(resident.ask(try Login.cramMD5("alice"), "TCPREMOTEIP=192.0.2.1") == 0)
                }
                let status = try String(contentsOfFile: "/proc/\(resident.pid)/status", encoding: .utf8)
                let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmData:") })
                let descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(resident.pid)/fd").count
                return (try #require(Int(line.split(whereSeparator: \.isWhitespace)[1])), descriptors)
            }
            let before = try use(50)
            let after = try use(450)
            #expect(after.descriptors == before.descriptors)
            #expect(after.kibibytes <= before.kibibytes + 64)
        }

        @Test(arguments: [
            (["--resident", "/bin/true"], "--resident runs no program: /bin/true"),
            (["--resident", "--chain"], "--resident excludes: --chain"),
            (["--dovecot", "--resident"], "--resident excludes: --dovecot"),
            (["--resident", "--hold-session"], "--resident excludes: --hold-session"),
            (["--resident"], "descriptor 3 is no socket for packets"),
        ])
        func `what cannot be with it is misused`(options: [String], message: String) {
            let outcome = Login.run(Login.plain("alice"), options)
            #expect(outcome.status == 2)
            #expect(outcome.errors.contains(message), "\(outcome.errors)")
        }
    }
}
