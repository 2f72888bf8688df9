import CheckpwdCore
import Foundation
import SecretStore
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
                    "-S", sample.path, "-K", sample.keyPath,
                ] + Login.everyMechanism + ["/bin/true"]
            ).run(descriptor3: try Login.cramMD5("alice", "secret of alice"))
        }

        @Test func `a lookup in a small store works in 64 MiB of address space`() throws {
            let outcome = try login(SampleStore("alice"), addressSpace: 64 << 20)
            #expect(outcome.status == 0, "\(outcome.errors)")
        }

        /// What a crowd of logins left behind is no map that others must have.
        @Test func `a lookup works in 64 MiB of address space after a busy hour, too`() throws {
            let sample = try SampleStore("alice")
            let folder = sample.folder("cache")
            mkdir(folder, 0o700)
            let file = Array((folder + "/replay.mdb").utf8)
            try LMDBEnvironment(at: file, for: .creatingVolatile).write { (transaction) throws(Failure) in
                for number in 0..<26_000 {
                    let status = transaction.put(Array("h\(number)".utf8), [UInt8](repeating: 7, count: 1000))
                    guard status == 0 else { return status }
                }
                return 0
            }
            let command = [Stage.pamCheckpwd, "-s", "limits", "-e", "-p", "store", "-S", sample.path, "-K", sample.keyPath]
            let outcome = Program(["prlimit", "--as=\(64 << 20)"] + command + Login.everyMechanism + ["--replay-cache", folder, "/bin/true"])
                .run(descriptor3: try Login.cramMD5("alice", "secret of alice"))
            #expect(outcome.status == 0, "\(outcome.errors)")
        }

        @Test func `a store grows up to --max-size, is full then, and grows on where it may`() throws {
            let folder = Folder()
            func run(_ arguments: String..., max: String, input: String = "") -> Program.Outcome {
                let places = ["-S", folder("secrets.mdb"), "-K", folder("store.key"), "--max-size", max]
                return Program([Stage.checkpwdctl] + arguments + places).run(input: Array(input.utf8))
            }
            func lines(_ range: Range<Int>) -> String { range.map { "login\($0):secret\n" }.joined() }
            #expect(run("store", "init", max: "300k").status == 0)
            var count = 0
            var full: Program.Outcome?
            while full == nil, count < 4000 {
                let outcome = run("secret", "import", "--format", "colon", "-", max: "300k", input: lines(count..<(count + 300)))
                if outcome.status == 0 { count += 300 } else { full = outcome }
            }
            #expect(full?.status == 111)
            #expect(
                full?.errors.hasPrefix(
                    "checkpwdctl: store full: \(folder("secrets.mdb")): 307200 bytes are the most; --max-size lets it grow further\n") == true,
                "\(full?.errors ?? "never full")")
            // It did use what it may: more than the half, and not more than all.
            let statistics = Program([Stage.checkpwdctl, "store", "stat", "-S", folder("secrets.mdb"), "-K", folder("store.key")]).run()
            let sizes = statistics.output.split(separator: "\n").map { $0.split(separator: "\t") }
            #expect(sizes.contains { $0[0] == "records" && $0[1] == "\(count)" })
            #expect(sizes.contains { $0[0] == "used bytes" && (150_000...307_200).contains(Int($0[1]) ?? 0) }, "\(statistics.output)")
            #expect(run("secret", "import", "--format", "colon", "-", max: "2M", input: lines(count..<(count + 300))).status == 0)
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
