import Foundation
import TestSupport
import Testing

extension OnStage {
    /// What is left of a password in the memory of smtp-auth's two processes.
    @Suite(.disabled(if: Stage.isSanitized, "the sanitizer keeps freed memory")) struct FrontMemoryTests {
        private let folder = Folder()
        private static let password = "s3cr3t-Pa55word-of-a-submission"

        private static func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }

        /// All that would give it away: itself, and the answers that clients send.
        private static let traces = [
            password, base64(password), base64("\0alice\0\(password)"),
        ]

        private func expectNoTrace(_ front: Front, sourceLocation: SourceLocation = #_sourceLocation) {
            for pid in [front.pid, front.network] {
                let memory = ProcessMemory(of: pid)
                // It is the right memory.
                #expect(memory.holds("mail.example.com".utf8), sourceLocation: sourceLocation)
                for trace in Self.traces {
                    #expect(!memory.holds(trace.utf8), "process \(pid): \(trace)", sourceLocation: sourceLocation)
                }
            }
        }

        /// An auth command that takes this password only, read from a file: its command line is in the parent's memory.
        private func authCommand() -> String {
            folder.write("password", Self.password.utf8)
            let script = folder.write(
                "auth", #"""
                tr '\0' '\n' <&3 | sed -n 2p | tr -d '\n' | cmp -s - "$(dirname "$0")/password"
                """#.utf8)
            return "/bin/sh \(script)"
        }

        @Test func `after a login the password is nowhere in it, while the session goes on`() {
            let front = Front(authCommand: authCommand())
            let plain = front.greeted()
            #expect(plain.ask("AUTH PLAIN \(Self.traces[2])")?.hasPrefix("235 ") == true)
            let late = front.greeted()
            #expect(late.ask("AUTH PLAIN") == "334 ")
            #expect(late.ask(Self.traces[2])?.hasPrefix("235 ") == true)
            let login = front.greeted()
            #expect(login.ask("AUTH LOGIN \(Self.base64("alice"))") == "334 UGFzc3dvcmQ6")
            #expect(login.ask(Self.traces[1])?.hasPrefix("235 ") == true)
            expectNoTrace(front)
        }

        @Test func `nor is it after a login through TLS`() {
            let certificate = TestCertificate(in: folder, name: "mail.example.com")
            let front = Front(authCommand: authCommand(), certificate.options)
            let script = """
                import smtplib, ssl, sys
                context = ssl._create_unverified_context()
                for mechanism in ("auth_plain", "auth_login"):
                    client = smtplib.SMTP("127.0.0.1", int(sys.argv[1]))
                    client.starttls(context=context)
                    client.ehlo()
                    client.user, client.password = "alice", sys.argv[2]
                    print(client.auth(mechanism[5:].upper(), getattr(client, mechanism))[0])
                """
            let outcome = Program(["python3", "-c", script, "\(front.port)", Self.password]).run()
            #expect(outcome.output == "235\n235\n", "\(outcome.errors)")
            expectNoTrace(front)
        }
    }
}
