import Foundation
import TestSupport
import Testing

extension OnStage {
    /// The store under what mail servers and systemd make of a process's surroundings.
    @Suite(.disabled(if: Stage.isSanitized, "the sanitizer takes more address space than any limit here")) struct StoreLimitsTests {
        init() {
            Stage.accounts
            Stage.service("limits", "auth required pam_permit.so")
        }

        private func login(_ sample: SampleStore, addressSpace: Int) throws -> Program.Outcome {
            Program(
                [
                    "prlimit", "--as=\(addressSpace)", Stage.pamCheckpwd, "-s", "limits", "-e", "-p", "store",
                    "-S", sample.path, "-K", sample.keyPath, "/bin/true",
                ]
            ).run(descriptor3: try Login.cramMD5("alice", "secret of alice"))
        }

        @Test func `a lookup in a small store works in 64 MiB of address space`() throws {
            let outcome = try login(SampleStore("alice"), addressSpace: 64 << 20)
            #expect(outcome.status == 0, "\(outcome.errors)")
        }

        @Test func `where the limit is too tight for the store, the message names it`() throws {
            let sample = try SampleStore("alice")
            let long = String(repeating: "s", count: 900)
            try sample.fill((0..<40_000).map { "\($0)\(long.prefix(400))" })
            let outcome = try login(sample, addressSpace: 40 << 20)
            #expect(outcome.status == 111)
            #expect(
                outcome.errors
                    == "pam-checkpwd: store cannot be opened: \(sample.path): the address space is limited to 41943040 bytes "
                    + "(ulimit -v): Cannot allocate memory; raise that limit\n")
        }

        @Test func `the key may be a systemd credential`() throws {
            let sample = try SampleStore("alice")
            func login(_ environment: [String: String]) throws -> Program.Outcome {
                Login.run(
                    try Login.cramMD5("alice", "secret of alice"),
                    ["-s", "limits", "-e", "-p", "store", "-S", sample.path, "/bin/true"], environment: environment)
            }
            // The stage's own key is another.
            #expect(try login([:]).status == 1 || login([:]).status == 111)
            #expect(try login(["CREDENTIALS_DIRECTORY": sample.folder("keys")]).status == 0)
        }

        @Test func `a store that others can read is refused, and the log says which`() throws {
            let sample = try SampleStore("alice")
            chmod(sample.path, 0o644)
            let outcome = try login(sample, addressSpace: 64 << 20)
            #expect(outcome.status == 111)
            #expect(outcome.errors.hasPrefix("pam-checkpwd: not private: \(sample.path): mode 0644, wanted 0600; "))
        }
    }
}
