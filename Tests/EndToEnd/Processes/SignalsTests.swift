import CLibc
import Foundation
import TestSupport
import Testing

extension OnStage {
    /// What signals do, and the end of either process.
    @Suite struct SignalsTests {
        private let folder = Folder()

        @Test func `SIGHUP changes the certificate of new sessions, and old ones go on`() throws {
            let certificate = TestCertificate(in: folder, name: "old.example.com")
            let front = Front(authCommand: "/bin/true", certificate.options)
            let client = front.greeted()
            #expect(certificate.subject(front.port) == "old.example.com")
            certificate.renew("new.example.com")
            #expect(certificate.subject(front.port) == "old.example.com")
            kill(front.pid, SIGHUP)
            #expect(front.says("certificate replaced"))
            #expect(certificate.subject(front.port) == "new.example.com")
            #expect(client.ask("NOOP")?.hasPrefix("250 ") == true)
        }

        @Test(arguments: ["", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
        func `a broken certificate is told of, and the old one stays`(contents: String) {
            let certificate = TestCertificate(in: folder, name: "old.example.com")
            let front = Front(authCommand: "/bin/true", certificate.options)
            folder.write("certificate.pem", contents.utf8)
            kill(front.pid, SIGHUP)
            #expect(front.says("the old certificate stays"))
            #expect(certificate.subject(front.port) == "old.example.com")
        }

        @Test(arguments: [
            ((from: -3, to: -1), "certificate has expired: ", "certificate-has-expired"),
            ((from: 1, to: 3), "certificate is not yet valid: ", "certificate-is-not-yet-valid"),
        ])
        func `a certificate that is not valid now is loaded at the start with a warning, and never over a valid one`(
            days: (from: Int, to: Int), words: String, reason: String
        ) {
            let certificate = TestCertificate(in: folder, name: "mail.example.com")
            let front = Front(authCommand: "/bin/true", certificate.options)
            #expect(!front.lines.contains { $0.contains("certificate") })
            certificate.renew("new.example.com", days: days)
            kill(front.pid, SIGHUP)
            #expect(front.says("the old certificate stays; reason=\"\(reason)\""))
            #expect(front.says("smtp-auth: \(words)\(certificate.chain): 20"))
            #expect(certificate.subject(front.port) == "mail.example.com")

            let other = Front(authCommand: "/bin/true", certificate.options)
            #expect(other.says("smtp-auth: \(words)\(certificate.chain): 20"))
            #expect(other.says("reason=\"\(reason)\""))
            #expect(other.says("certificate does not name the host: \(certificate.chain): mail.example.com; "))
            #expect(certificate.subject(other.port) == "new.example.com")
            // Nothing gets worse by another that is not valid either; a good one puts an end to it.
            certificate.renew("mail.example.com")
            kill(other.pid, SIGHUP)
            #expect(other.says("certificate replaced"))
            #expect(certificate.subject(other.port) == "mail.example.com")
        }

        @Test func `a key of another certificate does not replace the good pair, and both files are named`() {
            let certificate = TestCertificate(in: folder, name: "mail.example.com")
            let front = Front(authCommand: "/bin/true", certificate.options)
            let old = FileManager.default.contents(atPath: certificate.key)!
            certificate.renew("new.example.com")
            folder.write("key.pem", old)
            kill(front.pid, SIGHUP)
            #expect(
                front.says(
                    "private key does not match the certificate: \(certificate.key) and \(certificate.chain); "))
            #expect(front.says("the old certificate stays; reason=\"private-key-does-not-match-the-certificate\""))
            #expect(certificate.subject(front.port) == "mail.example.com")
        }

        @Test func `of several certificates SIGHUP replaces all or none`() {
            let (one, two) = (TestCertificate(in: Folder(), name: "mail.example.com"), TestCertificate(in: Folder(), name: "two.example.org"))
            let front = Front(authCommand: "/bin/true", one.options + two.options)
            func shown(_ name: String) -> String? { one.subject(front.port, asking: name) }
            #expect(shown("two.example.org") == "two.example.org")
            #expect(shown("mail.example.com") == "mail.example.com")
            #expect(shown("other.example.net") == "mail.example.com")
            two.renew("three.example.org", days: (from: -3, to: -1))
            one.renew("new.example.com")
            kill(front.pid, SIGHUP)
            #expect(front.says("certificate has expired: \(two.chain): "))
            #expect(front.says("the old certificate stays"))
            #expect(shown("new.example.com") == "mail.example.com")
            #expect(shown("two.example.org") == "two.example.org")
            two.renew("three.example.org")
            kill(front.pid, SIGHUP)
            #expect(front.says("certificate replaced"))
            #expect(shown("three.example.org") == "three.example.org")
            #expect(shown("two.example.org") == "new.example.com")
        }

        @Test func `a map of senders that cannot be read is told of, and the old one stays: it is never an empty one`() {
            let map = folder.write("map", "alice @example.com\n".utf8)
            let behind = folder.write(
                "program", #"printf '220 hi\r\n'; while read -r line; do printf '250 ok\r\n'; done"#.utf8)
            let options = ["--offer", "8BITMIME", "--check-sender", "--sender-map", map, "--", "/bin/sh", behind]
            let front = Front(authCommand: "/bin/true", options)
            func takes(_ sender: String) -> Bool {
                let client = front.greeted()
                #expect(client.ask("HELO client.example.com")?.hasPrefix("250 ") == true)
                #expect(client.ask("AUTH PLAIN AGFsaWNlAHBhc3M=")?.hasPrefix("235 ") == true)
                return client.ask("MAIL FROM:<\(sender)>")?.hasPrefix("250 ") == true
            }
            #expect(takes("bob@example.com"))
            // Longer than any that is read, and nothing but holes.
            #expect(truncate(map, 65 << 20) == 0)
            kill(front.pid, SIGHUP)
            #expect(front.says("map of senders too long; 64 MiB is the limit; the old map of senders stays"))
            #expect(takes("bob@example.com"))

            let outcome = Program(
                [Stage.smtpAuth, "--hostname", "mail.example.com", "--listen", "127.0.0.1:0"] + options
            ).run()
            #expect(outcome.status == 111)
            #expect(outcome.errors == "smtp-auth: map of senders too long; 64 MiB is the limit\n")
        }

        @Test func `SIGTERM lets a session finish, and takes no other`() {
            let front = Front(authCommand: "/bin/true")
            let client = front.greeted()
            // A supervisor may send it to both.
            for pid in [front.network, front.pid] { kill(pid, SIGTERM) }
            #expect(front.says("no more connections"))
            #expect(Program(["curl", "-sS", "--max-time", "60", "smtp://127.0.0.1:\(front.port)"]).run().status == 7)
            #expect(client.ask("AUTH PLAIN AGFsaWNlAHBhc3M=") == "235 2.7.0 ok, go ahead")
            #expect(client.ask("QUIT")?.hasPrefix("221 ") == true)
            #expect(clibc_wait(front.pid) == 0)
        }

        @Test func `a session that does not finish is ended at the deadline`() {
            let front = Front(authCommand: "/bin/true", ["--drain-timeout", "1"])
            let client = front.greeted()
            #expect(front.end() == 0)
            #expect(client.receive()?.hasPrefix("421 4.3.2 ") == true)
        }

        @Test func `a second SIGTERM does not wait`() {
            let front = Front(authCommand: "/bin/true", ["--drain-timeout", "1000"])
            let network = front.network
            let client = front.greeted()
            kill(front.pid, SIGTERM)
            #expect(front.says("no more connections"))
            #expect(front.end() == 111)
            #expect(client.receive() == nil)
            #expect(ProcessStatus.hasEnded(network))
        }

        @Test func `the end of either process is the end of the other, and of what it started`() throws {
            let script = folder.write("auth", "echo $$ >\(folder("id")); sleep 1000\n".utf8)
            let front = Front(authCommand: "/bin/sh \(script)")
            front.greeted().send("AUTH PLAIN AGFsaWNlAHBhc3M=")
            while FileManager.default.contents(atPath: folder("id"))?.isEmpty != false { usleep(10_000) }
            let id = try #require(pid_t(String(contentsOfFile: folder("id"), encoding: .utf8).trimmingCharacters(in: .newlines)))
            kill(front.network, SIGKILL)
            #expect(clibc_wait(front.pid) == 111)
            #expect(ProcessStatus.hasEnded(id))
            #expect(front.says("the network process has ended with status 137"))

            let other = Front(authCommand: "/bin/true")
            let network = other.network
            #expect(other.end(SIGKILL) == 137)
            #expect(ProcessStatus.hasEnded(network))
        }
    }
}
