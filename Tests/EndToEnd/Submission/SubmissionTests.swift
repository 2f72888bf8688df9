import Foundation
import TestSupport
import Testing

extension OnStage {
    /// From a mail client, through smtp-auth, to a mailbox: what people use at both ends.
    @Suite(.disabled(if: Stage.isSanitized, "the same as without the sanitizer, and slow"), WithMailServers())
    struct SubmissionTests {
        private let servers: WithMailServers.Servers

        init() throws {
            servers = try #require(WithMailServers.servers)
        }

        /// Every client by every mechanism to every server, and by either beginning of TLS; Postfix by its socket or its port.
        struct Sending: CustomTestStringConvertible {
            let client: MailClient
            let tls: MailClient.TLS
            let mechanism: String
            let behind: Submission.Behind

            static let all: [Sending] = {
                var all: [Sending] = []
                for (number, client) in MailClient.allCases.enumerated() {
                    for (column, mechanism) in ["PLAIN", "LOGIN", "CRAM-MD5"].enumerated() {
                        let isEven = (number + column) % 2 == 0
                        let servers: [Submission.Behind] = [.sendmail, isEven ? .postfixSocket : .postfixPort, .exim]
                        for (row, behind) in servers.enumerated() {
                            let tls: MailClient.TLS = isEven == (row == 1) ? .wrapped : .startTLS
                            all.append(Sending(client: client, tls: tls, mechanism: mechanism, behind: behind))
                        }
                    }
                }
                return all
            }()

            var testDescription: String { "\(client), \(tls), \(mechanism), \(behind)" }
        }

        @Test(arguments: Sending.all)
        func `a message arrives byte for byte, and whose it is stands where the server writes that`(
            sending: Sending
        ) throws {
            let message = Message()
            let way = servers.way(to: sending.behind, by: sending.tls, sending.mechanism)
            let outcome = sending.client.send(message, by: way)
            #expect(outcome.status == 0, "\(outcome.output)\(outcome.errors)")
            guard outcome.status == 0 else { return }
            let arrived = try #require(Mailbox.wait(for: message), "\(servers.postfix.log)\(servers.exim.log)")
            #expect(arrived.text == message.text)
            switch sending.behind {
            case .sendmail:
                let alice = try #require(getpwnam("alice")).pointee
                #expect(arrived.trace.contains("(Postfix, from userid \(alice.pw_uid))"))
            case .postfixPort, .postfixSocket:
                #expect(arrived.trace.contains("(Authenticated sender: alice)"))
                #expect(arrived.trace.contains("[127.0.0.1])"))
            case .exim:
                let id = try #require(arrived.trace.firstMatch(of: /\sid ([^\s;]+)/)?.1)
                let line = servers.exim.log.split(separator: "\n").first { $0.contains(" \(id) <= ") }
                #expect(line?.contains(" A=\(sending.mechanism):alice ") == true, "\(line ?? "")")
                #expect(line?.contains("[127.0.0.1]") == true)
                #expect(line?.contains(" P=esmtpa ") == true, "\(line ?? "")")
            }
        }

        @Test(arguments: Submission.Behind.allCases)
        func `ten MiB arrive byte for byte`(behind: Submission.Behind) throws {
            let message = Message(size: 10 << 20)
            let outcome = MailClient.smtplib.send(message, by: servers.way(to: behind, by: .startTLS, "PLAIN"))
            #expect(outcome.status == 0, "\(outcome.errors)")
            guard outcome.status == 0 else { return }
            let arrived = try #require(Mailbox.wait(for: message))
            #expect(arrived.text.utf8.elementsEqual(message.text.utf8) == true)
        }

        @Test(arguments: zip(MailClient.allCases, Submission.Behind.allCases))
        func `with a wrong password no client sends anything`(client: MailClient, behind: Submission.Behind) {
            let message = Message()
            var way = servers.way(to: behind, by: .startTLS, "PLAIN")
            way.password = "wrong"
            #expect(client.send(message, by: way).status != 0)
            #expect(servers.log(of: behind).contains(#"verdict="rejected" "#))
        }
    }
}

/// Has the mail servers run while a suite does, and smtp-auth before each of them.
struct WithMailServers: SuiteTrait, TestScoping {
    /// They, for the tests of the suite.
    final class Servers: Sendable {
        let postfix: Postfix
        let exim: Exim
        let certificate = Certificate()
        private let fronts: [Submission.Behind: Submission]

        init() throws {
            let exim = Exim()
            postfix = try Postfix()
            self.exim = exim
            let arguments: [Submission.Behind: [String]] = [
                .sendmail: ["--", Stage.repository("docs/submission/sendmail/sendmail-as-login")],
                .postfixSocket: ["--relay", Postfix.relays[0], "--xclient", "--user", Postfix.user],
                .postfixPort: ["--relay", Postfix.relays[1], "--xclient"],
                .exim: ["--", exim.program],
            ]
            let certificate = certificate
            fronts = arguments.mapValues { Submission(before: $0, certificate) }
        }

        func way(
            to behind: Submission.Behind, by tls: MailClient.TLS, _ mechanism: String
        ) -> MailClient.Way {
            MailClient.Way(
                port: fronts[behind]!.port(tls), tls: tls, mechanism: mechanism, certificate: certificate.certificate)
        }

        func log(of behind: Submission.Behind) -> String { fronts[behind]!.log }
    }

    @TaskLocal static var servers: Servers?

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        Stage.accounts
        Mailbox.made
        let servers = try Servers()
        try await WithMailServers.$servers.withValue(servers) { try await function() }
    }
}
