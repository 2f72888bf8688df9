import Foundation
import TestSupport
import Testing

extension OnStage {
    /// Clients that vanish: what they held is free again.
    @Suite struct VanishingTests {
        private static let alice = "AUTH PLAIN AGFsaWNlAHBhc3M="

        /// How far a client is when it vanishes.
        struct State: CustomTestStringConvertible {
            let name: String
            var authCommand = "/bin/true"
            var options: [String] = []
            /// What it says, and how the answers begin; where one is empty it is not waited for.
            let dialogue: [(String, String)]
            /// What smtp-auth has logged by then.
            var log = ""

            var testDescription: String { name }
        }

        private static let tls = TestCertificate(in: certificates, name: "mail.example.com").options
        private static let certificates = Folder()
        /// A client's first words in TLS, cut off.
        private static let halfHello = "\u{16}\u{03}\u{01}\u{02}\u{00}\u{01}"
        private static let mail = [("EHLO x", "250"), (alice, "235"), ("MAIL FROM:<a@b>", "250")]
        private static let behind = ["--offer", "", "--", "/bin/sh", "-c"]
        /// It takes everything, but does not answer RCPT TO:<silent>.
        private static let program =
            behind + [
                #"""
                printf '220 behind\r\n'
                while read -r line; do
                    case $line in
                    *silent*) ;;
                    DATA*) printf '354 go\r\n' ;;
                    *) printf '250 ok\r\n' ;;
                    esac
                done
                """#
            ]

        static let states = [
            State(name: "before the greeting", dialogue: []),
            State(name: "greeted", dialogue: [("", "220")]),
            State(name: "in a command", dialogue: [("", "220"), ("NOOP\r\nNO", "250")]),
            State(name: "in the handshake", options: tls, dialogue: [("", "220"), ("STARTTLS", "220"), (halfHello, "")]),
            State(name: "in the handshake that comes first", options: tls + ["--tls-wrap"], dialogue: [(halfHello, "")]),
            State(name: "in an exchange", dialogue: [("", "220"), ("AUTH LOGIN", "334")]),
            State(name: "while the auth command runs", authCommand: "sleep 1", dialogue: [("", "220"), (alice, "")]),
            State(
                name: "while the answer is held back", authCommand: "/bin/false", dialogue: [("", "220"), (alice, "")],
                log: #"verdict="rejected""#),
            State(name: "logged in", dialogue: [("", "220"), (alice, "235")]),
            State(
                name: "while the one behind is opened", options: behind + ["exec sleep 1000"],
                dialogue: [("", "220")] + mail.dropLast() + [("MAIL FROM:<a@b>", "")]),
            State(name: "in a transaction", options: program, dialogue: [("", "220")] + mail),
            State(
                name: "while the one behind is silent", options: program,
                dialogue: [("", "220")] + mail + [("RCPT TO:<silent>", "")]),
            State(
                name: "in a message", options: program,
                dialogue: [("", "220")] + mail + [("RCPT TO:<c@d>", "250"), ("DATA", "354"), ("text", "")]),
            State(name: "after the last words", dialogue: [("", "220"), ("QUIT\r\nNOOP", "221")]),
        ]

        @Test(arguments: states)
        func `the place of a client that vanishes is another's, and no descriptor and no program is left`(state: State) {
            // Fewer places than clients that vanish; the one before may still be seen off.
            let front = Front(authCommand: state.authCommand, ["--max-connections", "3"] + state.options)
            // Threads and their descriptors come with the first session.
            visit(front, state)
            let before = front.descriptors
            for _ in 0..<4 {
                let isGreeted = state.dialogue.first?.0 == ""
                let client = isGreeted ? greeted(front) : front.connect()
                for (line, reply) in isGreeted ? state.dialogue.dropFirst() : state.dialogue[...] {
                    let answer = reply.isEmpty ? nil : client.ask(line)
                    if reply.isEmpty { client.send(line) } else { #expect(answer?.hasPrefix(reply) == true, "\(line)") }
                    if answer?.hasPrefix("250-") == true { while client.receive()?.hasPrefix("250-") == true {} }
                }
                if !state.log.isEmpty { #expect(front.says(state.log)) }
                client.vanish()
                _ = consume client
                visit(front, state)
            }
            // What is left of a connection, or of the one behind, has some seconds to go.
            for _ in 0..<6000 where front.descriptors > before || !front.children.isEmpty { usleep(10_000) }
            #expect(front.descriptors <= before)
            #expect(front.children == [])
        }

        /// A client that was greeted, after waiting for a place: on a busy machine several that left may still be seen off.
        private func greeted(_ front: Front) -> Client {
            for _ in 0..<6000 {
                let client = front.connect()
                if client.receive()?.hasPrefix("220 ") == true { return client }
                usleep(10_000)
            }
            return front.connect()
        }

        /// Waits for a place, as whoever comes next must have one.
        private func visit(_ front: Front, _ state: State) {
            for _ in 0..<6000 {
                if state.options.contains("--tls-wrap") {
                    let words = ["curl", "-sS", "--insecure", "--max-time", "60", "smtps://127.0.0.1:\(front.port)", "-X", "NOOP"]
                    if Program(words).run().status == 0 { return }
                } else {
                    let client = front.connect()
                    if client.receive()?.hasPrefix("220 ") == true {
                        #expect(client.ask("QUIT")?.hasPrefix("221 ") == true)
                        return
                    }
                }
                usleep(10_000)
            }
            Issue.record("\(state.name): nobody is served any more")
        }
    }
}
