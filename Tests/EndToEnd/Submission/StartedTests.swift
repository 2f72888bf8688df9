import Foundation
import TestSupport
import Testing

extension OnStage {
    /// smtp-auth as systemd and tcpserver start it, by the files of `docs/submission`.
    @Suite(.disabled(if: Stage.isSanitized, "the same as without the sanitizer, and slow"), WithMailServers())
    struct StartedTests {
        private let servers: WithMailServers.Servers

        init() throws {
            servers = try #require(WithMailServers.servers)
            _ = Postfix.user
            InstalledService.write("smtp")
        }

        private func send(to port: Int, _ mechanism: String) -> String? {
            let message = Message()
            let way = MailClient.Way(
                port: port, tls: .startTLS, mechanism: mechanism, certificate: servers.certificate.certificate)
            let outcome = MailClient.smtplib.send(message, by: way)
            #expect(outcome.status == 0, "\(outcome.errors)")
            guard outcome.status == 0, let arrived = Mailbox.wait(for: message) else { return nil }
            #expect(arrived.text == message.text)
            return arrived.trace
        }

        /// A shell of its own user stands for qmail-smtpd, which Debian does not have: it says what it was given, and leaves
        /// the rest to a server.
        @Test func `tcpserver runs what the run script says`() throws {
            let folder = Folder()
            chmod(folder.path, 0o777)
            if getpwnam("qmaild") == nil {
                Stage.must("groupadd", "nofiles")
                Stage.must("useradd", "--system", "--no-create-home", "--gid", "nofiles", "qmaild")
            }
            let qmail = folder.write(
                "qmail-smtpd",
                """
                #!/bin/sh
                echo "$(id -un) $(id -gn) ${RELAYCLIENT-none} ${SMTPAUTHUSER-nobody} $SMTPAUTHMETHOD $TCPREMOTEIP" \
                    >>\(folder.path)/given
                exec /usr/sbin/sendmail -bs

                """.utf8, mode: 0o755)
            var run = try Documented("tcpserver/run", servers.certificate)
            run.replace("/var/qmail/bin/qmail-smtpd", with: qmail)
            let file = folder("run")
            let server = LoopbackServer { port in
                run.replace(" 0 587 ", with: " 127.0.0.1 \(port) ")
                folder.write("run", run.text.utf8, mode: 0o755)
                return [file]
            }
            for mechanism in ["PLAIN", "CRAM-MD5"] { #expect(send(to: server.port, mechanism) != nil) }
            let given = try String(contentsOfFile: folder("given"), encoding: .utf8).split(separator: "\n")
            #expect(
                given.filter { !$0.contains(" nobody ") } == [
                    "qmaild nofiles  alice PLAIN 127.0.0.1", "qmaild nofiles  alice CRAM-MD5 127.0.0.1",
                ])
        }

        /// Which units, and what the message shows then.
        enum Units: CaseIterable {
            case relay, program

            var files: [String] {
                self == .relay
                    ? ["systemd/smtp-auth.service"] : ["systemd/smtp-auth.service", "systemd/program-behind.conf"]
            }

            var trace: String {
                self == .relay
                    ? "(Authenticated sender: alice)" : "(Postfix, from userid \(getpwnam("alice")!.pointee.pw_uid))"
            }
        }

        /// What of the sandbox needs no systemd: the capabilities, and no new privileges. The sockets are passed on by
        /// systemd's own program.
        @Test(arguments: Units.allCases)
        func `with sockets from systemd and no more rights than the unit gives`(units: Units) throws {
            let unit = try units.files.map { try Documented($0, servers.certificate) }
            func setting(_ name: String) -> String? { unit.reversed().lazy.compactMap { $0.setting(name) }.first }
            let command = try #require(setting("ExecStart"))
            let capabilities = try #require(setting("CapabilityBoundingSet")).split(separator: " ")
                .map { "+" + $0.dropFirst("CAP_".count).lowercased() }
            let sandbox =
                ["setpriv", "--bounding-set", (["-all"] + capabilities).joined(separator: ",")]
                + (setting("NoNewPrivileges") == "yes" ? ["--no-new-privs"] : [])
            let server = LoopbackServer { port in
                sandbox + ["systemd-socket-activate", "-l", "127.0.0.1:\(port)", "/bin/sh", "-c", "exec \(command)"]
            }
            for mechanism in ["PLAIN", "CRAM-MD5"] {
                #expect(send(to: server.port, mechanism)?.contains(units.trace) == true)
            }
        }

        /// Or auth commands and programs would get SIGTERM while their sessions have time to finish.
        @Test func `a stop is for the main process, and leaves sessions the time that they may have`() throws {
            let unit = try Documented("systemd/smtp-auth.service", servers.certificate)
            #expect(unit.setting("KillMode") == "mixed")
            #expect(Int(unit.setting("TimeoutStopSec") ?? "") ?? 0 > 30)
        }

        @Test func `systemd finds nothing to say against the units`() throws {
            let folder = Folder()
            for file in ["smtp-auth.service", "smtp-auth.socket"] {
                folder.write(file, try Documented("systemd/\(file)", servers.certificate).text.utf8, mode: 0o644)
            }
            mkdir(folder("smtp-auth.service.d"), 0o755)
            for behind in [false, true] {
                if behind {
                    let text = try Documented("systemd/program-behind.conf", servers.certificate).text
                    folder.write("smtp-auth.service.d/program-behind.conf", text.utf8, mode: 0o644)
                }
                let outcome = Program([
                    "systemd-analyze", "verify", "--man=no", folder("smtp-auth.service"), folder("smtp-auth.socket"),
                ]).run()
                #expect(outcome.status == 0)
                #expect(outcome.errors == "")
            }
        }
    }
}
