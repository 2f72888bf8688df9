import CheckpwdCore
import Foundation
import SecretStore
import StoreAdministration
import TestSupport
import Testing

extension OnStage {
    /// What happens to a store between two system calls of a program.
    @Suite(.disabled(if: Stage.isSanitized, "the sanitizer's leak checker does not bear strace"))
    struct StoreMomentsTests {
        private func ctl(_ sample: SampleStore, _ arguments: String...) -> Program {
            Program([Stage.checkpwdctl] + arguments + ["--store", sample.path, "--store-key", sample.keyPath])
        }

        /// What a program does with a store's and a key's file, and with their folders, in the order in which it is done.
        private func writes(_ sample: SampleStore, _ arguments: String..., input: String = "") throws -> [String] {
            let log = sample.folder("calls")
            let calls = "write,writev,pwrite64,pwritev,fdatasync,fsync,msync,link,linkat,rename,renameat,renameat2"
            let places = ["--store", sample.path, "--store-key", sample.keyPath]
            let outcome = Program(
                ["strace", "-f", "-y", "-o", log, "-e", "trace=\(calls)", Stage.checkpwdctl] + arguments + places
            ).run(input: Array(input.utf8))
            #expect(outcome.status == 0, "\(outcome.errors)")
            return try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n").compactMap { line in
                let call = line.drop { $0 != " " }.drop { $0 == " " }.prefix { $0 != "(" }
                guard let place = ["store", "keys"].first(where: { line.contains(sample.folder($0)) }) else { return nil }
                let isFolder = line.contains("<\(sample.folder(place))>")
                let kind =
                    switch call {
                    case "fdatasync", "fsync", "msync": line.hasSuffix("= 0") ? "sync" : "failed"
                    case "link", "linkat", "rename", "renameat", "renameat2": "name"
                    default: "write"
                    }
                return "\(kind) \(place)\(isFolder ? "/" : "")"
            }
        }

        // MARK: On disk

        @Test func `a secret is on disk before the page that leads to it, and that page before set returns`() throws {
            let sample = try SampleStore()
            let calls = try writes(sample, "secret", "set", "--stdin", "alice", input: "secret of alice")
            // The last page goes through a descriptor that is opened O_DSYNC: see below.
            #expect(calls == ["write store", "sync store", "write store"])
            let opened = Program(
                ["strace", "-f", "-e", "trace=openat", "-o", "/dev/stderr", Stage.checkpwdctl, "set", "--stdin", "alice", "--store"]
                    + [sample.path, "--store-key", sample.keyPath]
            ).run(input: Array("x".utf8))
            #expect(opened.errors.contains("\"\(sample.path)\", O_WRONLY|O_DSYNC"))
        }

        @Test func `a new store and its key are on disk, and their names, before init returns`() throws {
            let sample = try SampleStore()
            for path in [sample.path, sample.path + "-lock", sample.keyPath] { unlink(path) }
            #expect(
                try writes(sample, "store", "init") == [
                    "write store", "sync store", "write keys", "sync keys", "sync keys/", "name keys", "sync keys/", "name store",
                    "sync store/",
                ])
        }

        @Test func `a new key is on disk before the first record under it, and every record before the old key goes`() throws {
            let sample = try SampleStore("alice")
            let key = ["write keys", "sync keys", "sync keys/", "name keys", "sync keys/"]
            #expect(try writes(sample, "store", "rekey").filter { $0 != "write store" } == key + ["sync store"] + key)
        }

        // MARK: Killed

        @Test(arguments: [
            (Program.Moment("fdatasync"), "old"), (Program.Moment("exit_group"), "new"),
        ])
        func `a set that is killed has set the secret, or not`(moment: Program.Moment, secret: String) throws {
            let sample = try SampleStore("bob")
            try sample.set("old", of: "alice")
            #expect(ctl(sample, "set", "--stdin", "alice").run(killedAt: moment, input: Array("new".utf8)).status == 128 + SIGKILL)
            #expect(try sample.text(of: "alice") == secret)
            #expect(try sample.keeper.check().problems.isEmpty)
            try sample.set("newer", of: "alice")
            #expect(try sample.text(of: "alice") == "newer" && sample.isWhole("bob"))
        }

        /// - Parameters:
        ///   - keys: how many are in the file then.
        ///   - fresh: how many records are sealed under the first of them.
        @Test(arguments: [
            ("the new key is not in the file", Program.Moment("rename", 1), 1, 2500),
            ("nothing is sealed anew", Program.Moment("fdatasync", 1), 2, 0),
            ("a thousand are", Program.Moment("fdatasync", 2), 2, 1000),
            ("all are, and the old key is in the file", Program.Moment("rename", 2), 2, 2500),
            ("it is not", Program.Moment("fsync", 6), 1, 2500),
        ])
        func `a rekeying that is killed goes on`(when: String, moment: Program.Moment, keys: Int, fresh: Int) throws {
            let sample = try SampleStore()
            let logins = (0..<2500).map { "login\($0)" }
            try sample.fill(logins)
            #expect(ctl(sample, "store", "rekey").run(killedAt: moment).status == 128 + SIGKILL)
            let statistics = try sample.keeper.statistics()
            #expect(statistics.keys.count == keys && statistics.keys[0].records == fresh && statistics.isRekeying == (keys == 2), "\(when)")
            #expect(try sample.keeper.check().problems.isEmpty, "\(when)")
            #expect(try sample.keeper.rekey().wasResumed == (keys == 2))
            #expect(try sample.keeper.check().problems.isEmpty, "\(when)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: sample.folder("keys")) == ["store.key"])
        }

        /// The lock file numbers the old store's states.
        @Test func `a restore that is killed before it gave the store its name leaves the old one without its lock file`() throws {
            let sample = try SampleStore("alice")
            try sample.keeper.backUp(to: Array(sample.folder("copy").utf8))
            try sample.set("later", of: "alice")
            let killed = ctl(sample, "store", "restore", sample.folder("copy")).run(killedAt: Program.Moment("rename"))
            #expect(killed.status == 128 + SIGKILL)
            #expect(!FileManager.default.fileExists(atPath: sample.path + "-lock"))
            #expect(try sample.text(of: "alice") == "later")
            #expect(try sample.keeper.restore(from: Array(sample.folder("copy").utf8)) == 1)
            #expect(try sample.isWhole("alice"))
        }

        // MARK: Between two looks

        @Test func `a backup is the store of one moment, however much is written while it is made`() throws {
            let sample = try SampleStore()
            func setAll(_ number: Int) throws {
                var batch = Batch()
                let secret = Secret("\(number)" + String(repeating: "s", count: 400))
                for login in 0..<6000 { try secret.withUnsafeBytes { try batch.add($0, of: LoginName("login\(login)")) } }
                _ = try sample.keeper.write(batch, now: 1)
            }
            try setAll(0)
            let copy = Array(sample.folder("store/copy.mdb").utf8)
            let outcome = try ctl(sample, "store", "backup", copy.text).run(stoppedBehind: Program.Moment("write")) { _ in
                for number in 1..<4 { try setAll(number) }
            }
            #expect(outcome.status == 0, "\(outcome.errors)")
            var count = 0
            let failures = try StoreKeeper(at: .file(copy), keys: sample.keys).forEachSecret { (_, secret) throws(Failure) in
                count += secret.text().hasPrefix("0") ? 1 : 0
            }
            #expect(failures.isEmpty && count == 6000)
        }

        /// Between a reader's look at the store and its look at the keys.
        @Test func `a record whose key was retired meanwhile is looked up anew`() throws {
            let sample = try SampleStore("alice")
            let outcome = try ctl(sample, "secret", "verify", "--stdin", "alice").run(
                stoppedBehind: Program.Moment("close", on: sample.path + "-lock"), input: Array("secret of alice".utf8)
            ) { _ in _ = try sample.keeper.rekey() }
            #expect(outcome.status == 0, "\(outcome.errors)")
        }

        /// - Parameter isBegun: whether the store's state is taken already. Then its records are sealed under the key that goes;
        ///   else under the one that comes.
        @Test(arguments: [["store", "check"], ["secret", "export", "--format", "colon"], ["store", "stat"]], [false, true])
        func `who reads the whole store misses no record whose key changes meanwhile`(command: [String], isBegun: Bool) throws {
            let sample = try SampleStore("alice")
            // An export opens the store once before, to see whether it can be read. A reader locks its place last of all.
            let times = command[1] == "export" ? 2 : 1
            let opening =
                isBegun
                ? Program.Moment("fcntl", 3 * times, on: sample.path + "-lock") : Program.Moment("openat", times, on: sample.path)
            let program = Program([Stage.checkpwdctl] + command + ["--store", sample.path, "--store-key", sample.keyPath])
            let outcome = try program.run(stoppedBehind: opening) { _ in _ = try sample.keeper.rekey() }
            #expect(outcome.status == 0 && !outcome.errors.contains("another key"), "\(outcome.errors)")
            switch command[1] {
            case "check": #expect(outcome.output == "1 records read, 0 problems\n")
            case "export": #expect(outcome.output == "alice:secret of alice\n")
            default: #expect(!outcome.output.contains("no key of ours") && outcome.output.hasSuffix("\t1\n"), "\(outcome.output)")
            }
        }
    }
}
