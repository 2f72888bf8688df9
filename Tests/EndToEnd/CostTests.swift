import TestSupport
import Testing

extension OnStage {
    /// What a login pays for: seen by strace, as the files that it opens.
    @Suite(.disabled(if: Stage.isSanitized, "the sanitizer's build opens more")) struct CostTests {
        init() { Stage.accounts }

        private static let libraries = ["libcrypto.so", "liblmdb.so"]
        private static let store = ["/var/lib/pam-checkpwd/secrets.mdb", "/etc/pam-checkpwd/store.key"]

        /// Every path that pam-checkpwd opens, or tries to.
        private func opened(_ bytes: [UInt8], _ arguments: [String]) -> [Substring] {
            let outcome = Program(
                ["strace", "-f", "-e", "trace=open,openat,openat2", "-o", "/dev/stderr", Stage.pamCheckpwd] + arguments
            ).run(descriptor3: bytes)
            #expect(outcome.status == 0, "\(outcome.errors)")
            return outcome.errors.split(separator: "\n").compactMap { line in
                line.split(separator: "\"", omittingEmptySubsequences: false).dropFirst().first
            }
        }

        @Test(arguments: [[], ["-e"]])
        func `a password login opens neither libcrypto nor liblmdb nor the store`(options: [String]) {
            let paths = opened(Login.plain("alice"), options + ["--", "/bin/true"])
            // It did open what it must, and so strace saw it.
            #expect(paths.contains("/etc/shadow"))
            for needless in Self.libraries + Self.store + ["libstdc++", "libswift"] {
                #expect(!paths.contains { $0.contains(needless) }, "\(needless)")
            }
        }

        /// Time is not measured in tests; that the same is done is.
        @Test func `an unknown login and a wrong answer make the same system calls`() throws {
            func calls(_ bytes: [UInt8], _ options: String...) -> [Substring] {
                let outcome = Program(
                    ["strace", "-o", "/dev/stderr", Stage.pamCheckpwd] + Login.everyMechanism + options + ["-e", "/bin/true"]
                ).run(descriptor3: bytes)
                #expect(outcome.status == 1)
                return outcome.errors.split(separator: "\n").compactMap { $0.split(separator: "(").first }
            }
            let wrong = calls(try Login.cramMD5("alice", "wrong"))
            #expect(wrong.count > 50)
            #expect(calls(try Login.cramMD5("nosuchuser", "wrong")) == wrong)
            // Where a login has two names: a secret under neither, under the account's, under the login as it was sent.
            let neither = calls(try Login.cramMD5("nosuchuser@example.com", "wrong"), "-D", "example.com")
            #expect(neither.count > wrong.count)
            for login in ["alice@example.com", "postmaster@example.com"] {
                #expect(calls(try Login.cramMD5(login, "wrong"), "-D", "example.com") == neither, "\(login)")
            }
        }

        @Test func `it has no run path, and binds all symbols at its start`() {
            let dynamic = Program(["readelf", "--dynamic", Stage.pamCheckpwd]).run().output
            #expect(dynamic.contains("BIND_NOW") || dynamic.contains("NOW"))
            #expect(!dynamic.contains("RUNPATH") && !dynamic.contains("RPATH"))
        }

        @Test func `a CRAM-MD5 login opens them`() throws {
            let paths = opened(try Login.cramMD5("alice"), Login.everyMechanism + ["--", "/bin/true"])
            for library in Self.libraries { #expect(paths.contains { $0.contains(library) }, "\(library)") }
            for path in Self.store { #expect(paths.contains { $0 == path }, "\(path)") }
        }
    }
}
