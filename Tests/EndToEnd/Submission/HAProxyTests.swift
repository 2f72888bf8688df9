import Foundation
import TestSupport
import Testing

extension OnStage {
    /// smtp-auth behind HAProxy, configured by the file of `docs/submission`.
    @Suite(.disabled(if: Stage.isSanitized, "the same as without the sanitizer, and slow"), WithMailServers())
    struct HAProxyTests {
        private let servers: WithMailServers.Servers

        init() throws {
            servers = try #require(WithMailServers.servers)
        }

        /// HAProxy with both its ports, before two of smtp-auth.
        private struct Proxied {
            let folder = Folder()
            let fronts: [MailClient.TLS: Front]
            let proxy: LoopbackServer
            let ports: [MailClient.TLS: Int]

            /// - Parameter header: HAProxy's word for the version of the protocol.
            init(_ header: String, _ certificate: Certificate) throws {
                let folder = folder
                let script = folder.write(
                    "rhost", "#!/bin/sh\necho \"$PAM_USER $PAM_RHOST\" >>\(folder.path)/asked\n".utf8, mode: 0o755)
                Stage.write(
                    "/etc/pam.d/proxied",
                    """
                    auth optional pam_exec.so quiet \(script)
                    auth required pam_unix.so nodelay
                    account required pam_unix.so

                    """)
                var fronts: [MailClient.TLS: Front] = [:]
                for tls in MailClient.TLS.allCases {
                    fronts[tls] = Front(
                        authCommand: "\(Stage.pamCheckpwd) -s proxied -e -- /bin/true",
                        [
                            "--tls-cert", certificate.certificate, "--tls-key", certificate.key,
                            "--proxy-protocol", "127.0.0.1", "--relay", Postfix.relays[1], "--xclient",
                        ] + (tls == .wrapped ? ["--tls-wrap"] : []))
                }
                var documented = try Documented("haproxy/haproxy.cfg", certificate)
                documented.replace("192.0.2.10:587", with: "127.0.0.1:\(fronts[.startTLS]!.port)")
                documented.replace("192.0.2.10:465", with: "127.0.0.1:\(fronts[.wrapped]!.port)")
                documented.replace("send-proxy-v2", with: header)
                let wrapped = LoopbackPort.free()
                documented.replace("bind :465", with: "bind 127.0.0.1:\(wrapped)")
                proxy = LoopbackServer { port in
                    documented.replace("bind :587", with: "bind 127.0.0.1:\(port)")
                    return ["haproxy", "-db", "-f", folder.write("haproxy.cfg", documented.text.utf8, mode: 0o644)]
                }
                ports = [.startTLS: proxy.port, .wrapped: wrapped]
                self.fronts = fronts
            }

            /// The users and addresses that PAM was asked about.
            var asked: String { (try? String(contentsOfFile: folder("asked"), encoding: .utf8)) ?? "" }

            /// Sends a message by curl from an address of this machine.
            func send(_ message: Message, _ tls: MailClient.TLS, from client: String, password: String, _ certificate: Certificate)
                -> Program.Outcome
            {
                Program([
                    "curl", "-sS", "--max-time", "60", "--interface", client,
                    "\(tls == .wrapped ? "smtps" : "smtp")://127.0.0.1:\(ports[tls]!)/client.example.com", "--ssl-reqd",
                    "--cacert", certificate.certificate, "--user", "alice:\(password)", "--login-options", "AUTH=PLAIN",
                    "--mail-from", Message.sender, "--mail-rcpt", Message.recipient,
                    "-T", folder.write("message", message.wire),
                ]).run()
            }
        }

        @Test(arguments: ["send-proxy", "send-proxy-v2"])
        func `through HAProxy the log, PAM and the mail have the client's address`(header: String) throws {
            let proxied = try Proxied(header, servers.certificate)
            for (number, tls) in MailClient.TLS.allCases.enumerated() {
                let client = "127.0.0.\(number + 2)"
                let message = Message()
                let outcome = proxied.send(message, tls, from: client, password: "pass", servers.certificate)
                #expect(outcome.status == 0, "\(outcome.errors) \(proxied.fronts[tls]!.lines)")
                guard outcome.status == 0 else { continue }
                let arrived = try #require(Mailbox.wait(for: message), "\(servers.postfix.log)")
                #expect(arrived.trace.contains("[\(client)])"), "\(arrived.trace)")
                #expect(arrived.trace.contains("(Authenticated sender: alice)"))
                #expect(proxied.asked.contains("alice \(client)\n"), "\(proxied.asked)")
                let front = proxied.fronts[tls]!
                #expect(front.says(#"rhost="\#(client)" proxy="127.0.0.1" login="alice""#))
                #expect(front.log.contains { $0.contains(#"verdict="accepted""#) && $0.contains(#"rhost="\#(client)""#) })
                _ = proxied.send(Message(), tls, from: client, password: "wrong", servers.certificate)
                #expect(front.log(of: 2).contains { $0.contains(#"verdict="rejected""#) && $0.contains(#"rhost="\#(client)""#) })
                // No login counts as the proxy's own.
                #expect(front.log.allSatisfy { !$0.contains(#"rhost="127.0.0.1""#) })
            }
        }

        @Test func `a connection of the proxy without a PROXY header is closed, and a header of another peer is a command`() throws {
            let front = Front(authCommand: "/bin/false", ["--proxy-protocol", "127.0.0.1"])
            let client = front.connect()
            client.send("EHLO client")
            #expect(client.receive() == nil)
            #expect(front.says(#"proxy-header="no-header" proxy="127.0.0.1""#))
            let other = Front(authCommand: "/bin/false", ["--proxy-protocol", "192.0.2.0/24"])
            #expect(other.greeted().ask("PROXY UNKNOWN")?.hasPrefix("500 ") == true)
        }
    }
}
