import Foundation
import TestSupport
import Testing

extension OnStage {
    /// A store whose file is damaged: LMDB's pages carry no checksum.
    @Suite struct StoreDamageTests {
        init() {
            Stage.accounts
            Stage.service("damage", "auth required pam_permit.so")
        }

        private func login(_ sample: SampleStore, _ login: String, secret: String) throws -> Program.Outcome {
            Login.run(
                try Login.cramMD5(login, secret),
                ["-s", "damage", "-e", "-p", "store", "-S", sample.path, "-K", sample.keyPath, "/bin/true"])
        }

        private func ctl(_ sample: SampleStore, _ arguments: String...) -> Program.Outcome {
            Program([Stage.checkpwdctl] + arguments + ["--store", sample.path, "--store-key", sample.keyPath]).run()
        }

        /// Damage of many kinds, at many places, each on a whole file.
        @Test func `a damaged store accepts nobody wrongly, and ends no login by a signal`() throws {
            let sample = try SampleStore()
            let logins = (0..<600).map { "login\($0)" }
            try sample.fill(logins)
            let whole = Array(try #require(FileManager.default.contents(atPath: sample.path)))
            // The file is as long as its map; behind its pages is nothing.
            let end = try #require(whole.lastIndex { $0 != 0 })
            var chance = SystemRandomNumberGenerator()
            var (refusals, found) = (0, 0)
            for number in 0..<120 {
                var bytes = whole
                // Not the meta pages in every case: a store that is not opened shows little.
                let start = Int.random(in: (number % 4 == 0 ? 0 : 8192)..<end, using: &chance)
                let page = start / 4096 * 4096
                switch number % 5 {
                case 0: bytes[start] ^= 1 << UInt8(number / 5 % 8)
                case 1: for place in page..<min(page + 4096, bytes.count) { bytes[place] = 0xFF }
                case 2: for place in page..<min(page + 4096, bytes.count) { bytes[place] = 0 }
                case 3: for place in page..<min(page + 24, bytes.count) { bytes[place] = .random(in: 0...255, using: &chance) }
                default:
                    for place in page..<min(page + 512, bytes.count) { bytes[place] = .random(in: 0...255, using: &chance) }
                }
                sample.folder.write("store/secrets.mdb", bytes)
                unlink(sample.path + "-lock")
                let name = logins.randomElement(using: &chance)!
                let right = try login(sample, name, secret: "secret of \(name)")
                #expect([0, 1, 111].contains(right.status), "damage \(number) at \(start): \(right.errors)")
                if right.status == 111 {
                    refusals += 1
                    #expect(right.errors.filter { $0 == "\n" }.count == 1, "\(right.errors)")
                }
                let wrong = try login(sample, name, secret: "wrong")
                #expect([1, 111].contains(wrong.status), "damage \(number) at \(start): \(wrong.errors)")
                let check = ctl(sample, "store", "check")
                #expect([0, 1, 111].contains(check.status), "\(check.errors)")
                if check.status != 0 { found += 1 }
                #expect(right.status == 0 || check.status != 0, "damage \(number) at \(start) is not found")
            }
            #expect(refusals > 0 && found > 20)
        }

        @Test func `damage is found, and a backup brings everything back`() throws {
            let sample = try SampleStore("alice", "bob")
            #expect(ctl(sample, "store", "backup", sample.folder("copy")).status == 0)
            var bytes = Array(try #require(FileManager.default.contents(atPath: sample.path)))
            // The node of alice: its value, whichever page is the current one.
            for place in bytes.indices where bytes[place...].starts(with: Array("alice".utf8)) { bytes[place + 50] ^= 1 }
            sample.folder.write("store/secrets.mdb", bytes)
            let check = ctl(sample, "store", "check")
            #expect(check.status == 1)
            #expect(check.output.hasPrefix("record damaged: alice; ") && check.output.hasSuffix("2 records read, 1 problems\n"))
            #expect(try login(sample, "alice", secret: "secret of alice").status == 111)
            #expect(try login(sample, "bob", secret: "secret of bob").status == 0)
            let restored = ctl(sample, "store", "restore", sample.folder("copy"))
            #expect(restored.status == 0 && restored.output == "2 records restored\n")
            #expect(try login(sample, "alice", secret: "secret of alice").status == 0)
            #expect(ctl(sample, "store", "check").status == 0)
        }

        /// Damage at one place, and what must not end a login unheard.
        @Test(arguments: ["page size", "length", "blocked signals", "no file may grow"])
        func `whatever signal it would be, a login ends in 111 and one line`(kind: String) throws {
            let sample = try SampleStore("alice", "bob")
            var bytes = Array(try #require(FileManager.default.contents(atPath: sample.path)))
            var wrapper: [String] = []
            let alices = bytes.indices.filter { bytes[$0...].starts(with: Array("alice".utf8)) }
            switch kind {
            case "page size":
                // LMDB divides by it: SIGFPE.
                for page in [0, 4096] { bytes.replaceSubrange((page + 40)..<(page + 44), with: [0, 0, 0, 0]) }
            case "length":
                for place in alices { bytes.replaceSubrange((place - 8)..<(place - 4), with: [255, 255, 255, 255]) }
            case "blocked signals":
                for place in alices { bytes.replaceSubrange((place - 8)..<(place - 6), with: [0x60, 0xEA]) }
                wrapper = ["env", "--block-signal=SEGV,BUS,ABRT"]
            default:
                wrapper = ["prlimit", "--fsize=0"]
            }
            sample.folder.write("store/secrets.mdb", bytes)
            if kind == "no file may grow" { unlink(sample.path + "-lock") }
            let outcome = Program(
                wrapper + [
                    Stage.pamCheckpwd, "-s", "damage", "-e", "-p", "store", "-S", sample.path, "-K", sample.keyPath,
                    "--replay-cache", sample.folder("cache"),
                ] + Login.everyMechanism + ["/bin/true"]
            ).run(descriptor3: try Login.cramMD5("alice", "secret of alice"))
            #expect(outcome.status == 111, "\(outcome.errors)")
            // Where no file may grow, standard error is one that may not either.
            if kind != "no file may grow" { #expect(outcome.errors.filter { $0 == "\n" }.count == 1, "\(outcome.errors)") }
        }

        /// LMDB ends a program with abort(3) where a branch of the tree has but one node, unless it is told what to do.
        @Test func `what LMDB takes for impossible ends a login in 111 and one line`() throws {
            let sample = try SampleStore()
            try sample.fill((0..<600).map { "login\($0)" })
            var bytes = Array(try #require(FileManager.default.contents(atPath: sample.path)))
            let branches = stride(from: 8192, to: bytes.count, by: 4096).filter { bytes[$0 + 10] == 1 && bytes[$0 + 11] == 0 }
            #expect(!branches.isEmpty)
            // Where the list of nodes ends: 16 bytes of head, 2 for each node.
            for page in branches { bytes.replaceSubrange((page + 12)..<(page + 14), with: [18, 0]) }
            sample.folder.write("store/secrets.mdb", bytes)
            let outcome = try login(sample, "login7", secret: "secret of login7")
            #expect(outcome.status == 111)
            #expect(outcome.errors.hasPrefix("pam-checkpwd: store damaged: \(sample.path): it cannot be read without a crash; "))
            #expect(outcome.errors.filter { $0 == "\n" }.count == 1, "\(outcome.errors)")
        }

        /// Between the look at the file's length and the look at its pages.
        @Test(
            .disabled(if: Stage.isSanitized, "the sanitizer's leak checker does not bear strace"), arguments: [SIGBUS, SIGABRT])
        func `a fault after the store was opened ends a login in 111 and one line`(signal: Int32) throws {
            let sample = try SampleStore("alice")
            let program = Program(
                [Stage.pamCheckpwd, "-s", "damage", "-e", "-p", "store", "-S", sample.path, "-K", sample.keyPath]
                    + Login.everyMechanism + ["/bin/true"])
            // A reader locks its place last of all.
            let outcome = try program.run(
                stoppedBehind: Program.Moment("fcntl", 3, on: sample.path + "-lock"),
                descriptor3: try Login.cramMD5("alice", "secret of alice")
            ) { pid in
                // A page behind the end of a file is SIGBUS.
                if signal == SIGBUS { truncate(sample.path, 8192) } else { kill(pid, signal) }
            }
            #expect(outcome.status == 111)
            #expect(outcome.errors.hasPrefix("pam-checkpwd: store damaged: \(sample.path): it cannot be read without a crash; "))
            #expect(outcome.errors.filter { $0 == "\n" }.count == 1, "\(outcome.errors)")
        }

        /// A record that claims to be so long that it reaches beyond the end of the file. Whether that is a fault depends on what
        /// lies behind the map.
        @Test func `a fault while reading ends in one line that says so, and in the system's log`() throws {
            let sample = try SampleStore("alice", "bob")
            var bytes = Array(try #require(FileManager.default.contents(atPath: sample.path)))
            for place in bytes.indices where bytes[place...].starts(with: Array("alice".utf8)) {
                // LMDB's node: the value's length in 4 bytes, flags and the key's length in 2 each, the key.
                bytes[place - 8] = 0x60
                bytes[place - 7] = 0xEA
            }
            sample.folder.write("store/secrets.mdb", bytes)
            let log = Syslog()
            let outcome = try login(sample, "alice", secret: "secret of alice")
            #expect(outcome.status == 111)
            let isFault = outcome.errors.hasPrefix("pam-checkpwd: store damaged: ")
            #expect(
                outcome.errors
                    == (isFault
                        ? "pam-checkpwd: store damaged: \(sample.path): it cannot be read without a crash; checkpwdctl store "
                            + "check says more, store restore brings a backup back\n"
                        : "pam-checkpwd: record damaged: alice; checkpwdctl secret set gives the login its secret again\n"))
            let lines = log.lines(of: "pam-checkpwd")
            #expect(lines.count == 1)
            let reason = isFault ? "store-damaged" : "record-damaged"
            #expect(lines.first?.hasPrefix("<83> verdict=\"temporary\" reason=\"\(reason)\"") == true, "\(lines)")
            #expect(lines.first?.contains("login=\"alice\"") == true, "\(lines)")
            #expect(try login(sample, "bob", secret: "secret of bob").status == 0)
            let check = ctl(sample, "store", "check")
            #expect([1, 111].contains(check.status))
        }
    }
}
