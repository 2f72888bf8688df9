import Foundation
import TestSupport
import Testing

extension OnStage {
    /// Each of the service files in pam.d/, as it is installed, with the real modules.
    @Suite struct ServiceFileTests {
        private static let files = ["pam-checkpwd", "pam-checkpwd.redhat", "pam-checkpwd.suse"]

        init() { Stage.accounts }

        private static func text(_ file: String) throws -> String {
            try String(contentsOfFile: Stage.repository("pam.d/\(file)"), encoding: .utf8)
        }

        private func install(_ file: String) {
            Stage.must("cp", Stage.repository("pam.d/\(file)"), "/etc/pam.d/\(file)")
        }

        private func run(_ bytes: [UInt8], _ service: String) -> Program.Outcome {
            Login.run(bytes, ["-s", service, "/bin/echo", "run"])
        }

        @Test(arguments: files)
        func `the right password of an ordinary account is accepted, and so is its answer to a challenge`(
            file: String
        ) throws {
            install(file)
            for bytes in [Login.plain("alice"), try Login.cramMD5("alice")] {
                let outcome = run(bytes, file)
                #expect(outcome.status == 0, "\(outcome.errors)")
                #expect(outcome.output == "run\n")
            }
        }

        @Test(arguments: files)
        func `what is not acceptable exits 1, by password`(file: String) {
            install(file)
            for bytes in [
                Login.plain("alice", "wrong"), Login.plain("nosuchuser"), Login.plain("root"), Login.plain("daemon-like"),
                Login.plain("expired"), Login.plain("mustchange"),
            ] {
                let outcome = run(bytes, file)
                #expect(outcome.status == 1, "\(bytes.text)")
                #expect(outcome.output == "" && outcome.errors == "")
            }
        }

        @Test(arguments: files)
        func `what is not acceptable exits 1, by an answer that is right`(file: String) throws {
            install(file)
            for login in ["root", "daemon-like", "expired", "mustchange"] {
                let outcome = run(try Login.cramMD5(login), file)
                #expect(outcome.status == 1, "\(login)")
                #expect(outcome.output == "" && outcome.errors == "")
            }
        }

        @Test(arguments: files)
        func `where /etc/shadow cannot be read nobody is told that the password is wrong`(file: String) throws {
            install(file)
            Stage.must("mv", "/etc/shadow", "/etc/shadow.away")
            defer { Stage.must("mv", "/etc/shadow.away", "/etc/shadow") }
            for bytes in [Login.plain("alice"), Login.plain("alice", "wrong"), try Login.cramMD5("alice")] {
                let outcome = run(bytes, file)
                #expect(outcome.status == 111)
                #expect(outcome.output == "")
                #expect(outcome.errors.contains("PAM_AUTHINFO_UNAVAIL"))
            }
        }

        /// For a kind that is missing, PAM takes the service 'other'; what a file includes is out of its hands.
        @Test(arguments: files)
        func `all four kinds are spelt out, and each line is explained`(file: String) throws {
            let paragraphs = try Self.text(file).components(separatedBy: "\n\n")
            let lines = paragraphs.flatMap { $0.split(separator: "\n") }.filter { !$0.hasPrefix("#") }
            #expect(Set(lines.map { $0.prefix { $0 != " " } }) == ["auth", "account", "session", "password"])
            #expect(!lines.contains { $0.contains("include") || $0.contains("substack") })
            for paragraph in paragraphs { #expect(paragraph.hasPrefix("#"), "\(paragraph)") }
        }
    }
}
