import Foundation
import SecretStore
import TestSupport
import Testing

/// What checkpwdctl said it did is done, whatever happens to it, and to others, meanwhile.
@Suite(.serialized) struct StoreDurabilityTests {
    private func torture(_ sample: SampleStore, _ what: String...) -> Program.Outcome {
        Program(
            ["python3", Stage.repository("Tests/Stage/torture.py")] + what
                + [Stage.checkpwdctl, sample.path, sample.keyPath]
        ).run()
    }

    @Test func `writers killed at random moments lose no secret that they acknowledged`() throws {
        let sample = try SampleStore()
        let outcome = torture(sample, "updates", "2000")
        #expect(outcome.status == 0, "\(outcome.errors)")
        let lines = outcome.output.split(separator: "\n").map { $0.split(separator: "\t") }
        var killed = 0
        var done = 0
        for line in lines {
            let secret = try sample.text(of: String(line[0]))
            if line.count > 2 {
                killed += 1
                if secret == "secret\(line[2])" {
                    done += 1
                    continue
                }
            }
            #expect(secret == (line[1] == "-" ? nil : "secret\(line[1])"), "\(line): \(secret ?? "none")")
        }
        // Of 200 shots many hit, and on both sides of the moment that counts.
        #expect(killed > 100 && done > 0 && done < killed, "\(done) of \(killed)")
        #expect(try sample.keeper.check().problems.isEmpty)
    }

    @Test func `a rekeying killed again and again leaves every login its secret, and ends`() throws {
        let sample = try SampleStore()
        let logins = (0..<4000).map { "login\($0)" }
        try sample.fill(logins)
        let outcome = torture(sample, "rekey", "15")
        #expect(outcome.status == 0, "\(outcome.errors)")
        let counts = outcome.output.dropLast().split(separator: "\t").compactMap { Int($0) }
        // How many were killed, and how many of them while some records were sealed under the one key and some under the other.
        #expect(counts.count == 2 && counts[0] > 3 && counts[1] > 0, "\(counts)")
        let findings = try sample.keeper.check()
        #expect(findings.records == 4000 && findings.problems.isEmpty)
        for login in stride(from: 0, to: 4000, by: 97) { #expect(try sample.isWhole(logins[login])) }
        let ring = try KeyRing(at: sample.keys)
        #expect(ring.ids.count == 1 && !ring.isRekeying)
    }

    @Test func `eight processes look up while one writes as fast as it can, and none is refused`() throws {
        let sample = try SampleStore("alice")
        let outcome = torture(sample, "crowd", "25", "8")
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(Int(outcome.output.dropLast()) ?? 0 > 10)
    }

    @Test func `logins go on while every record is sealed anew`() throws {
        let sample = try SampleStore("alice")
        try sample.fill((0..<3000).map { "login\($0)" })
        let script = #"""
            "$0" store rekey "$@" >/dev/null & rekeying=$!
            while kill -0 $rekeying 2>/dev/null; do
                printf 'secret of alice' | "$0" secret verify --stdin "$@" alice || echo failed
            done
            wait $rekeying
            """#
        let outcome = Program(
            ["/bin/sh", "-c", script, Stage.checkpwdctl, "--store", sample.path, "--store-key", sample.keyPath]
        ).run()
        #expect(outcome.status == 0)
        #expect(outcome.output == "" && outcome.errors == "")
    }
}

extension OnStage {
    /// A disk of 400 KiB.
    @Suite struct FullDiskTests {
        @Test func `a full disk refuses a secret, and loses none`() throws {
            let folder = Folder()
            Stage.must("mount", "-t", "tmpfs", "-o", "size=400k,mode=700", "none", folder.path)
            defer { Stage.must("umount", folder.path) }
            let places = ["--store", folder("secrets.mdb"), "--store-key", folder("store.key")]
            func run(_ arguments: String..., input: String = "") -> Program.Outcome {
                Program([Stage.checkpwdctl] + arguments + places).run(input: Array(input.utf8))
            }
            #expect(run("init").status == 0)
            let long = String(repeating: "s", count: 1000)
            var acknowledged: [String] = []
            var refusals = 0
            for number in 0..<400 where refusals < 3 {
                let outcome = run("set", "--stdin", "login\(number)", input: long + "\(number)")
                if outcome.status == 0 {
                    acknowledged.append("login\(number)")
                } else {
                    refusals += 1
                    #expect(outcome.status == 111)
                    #expect(outcome.errors.hasPrefix("checkpwdctl: store cannot be written: \(folder("secrets.mdb")): No space left"))
                    #expect(outcome.errors.filter { $0 == "\n" }.count == 1)
                }
            }
            #expect(refusals == 3 && acknowledged.count > 50)
            #expect(run("list", "--names").output.split(separator: "\n").map(String.init).sorted() == acknowledged.sorted())
            #expect(run("store", "check").status == 0)
            // Where there is room again, it goes on.
            Stage.must("mount", "-o", "remount,size=800k", folder.path)
            #expect(run("set", "--stdin", "more", input: long).status == 0)
        }

        /// Takes all the room of a disk but for so many bytes.
        private func fill(_ folder: Folder, leaving room: Int = 0) {
            _ = Program(["/bin/sh", "-c", "cat /dev/zero > \"$0\" 2>/dev/null", folder("ballast")]).run()
            guard room > 0 else { return }
            Stage.must("truncate", "--size=-\(room)", folder("ballast"))
        }

        private func names(_ folder: Folder) throws -> Set<String> {
            Set(try FileManager.default.contentsOfDirectory(atPath: folder.path))
        }

        @Test func `a full disk stops a rekeying, an import and a backup, and what was there is there`() throws {
            let folder = Folder()
            Stage.must("mount", "-t", "tmpfs", "-o", "size=2m,mode=700", "none", folder.path)
            defer { Stage.must("umount", folder.path) }
            let (path, keyPath) = (folder("secrets.mdb"), folder("store.key"))
            func run(_ arguments: String..., input: String = "") -> Program.Outcome {
                Program([Stage.checkpwdctl] + arguments + ["-S", path, "-K", keyPath]).run(input: Array(input.utf8))
            }
            func lines(_ range: Range<Int>) -> String { range.map { "login\($0):secret of login\($0)\n" }.joined() }
            func expect(_ outcome: Program.Outcome, _ what: String, _ why: String = "No space left on device") {
                #expect(outcome.status == 111)
                #expect(outcome.errors.hasPrefix("checkpwdctl: \(what)"), "\(outcome.errors)")
                #expect(outcome.errors.contains(why), "\(outcome.errors)")
            }
            #expect(run("store", "init").status == 0)
            #expect(run("secret", "import", "--format", "colon", "-", input: lines(0..<500)).status == 0)
            let before = try names(folder).union(["ballast"])
            let key = FileManager.default.contents(atPath: keyPath)
            fill(folder)
            expect(run("store", "rekey"), "key file cannot be written: \(keyPath).")
            expect(run("secret", "import", "--format", "colon", "-", input: lines(500..<1500)), "store cannot be written: \(path)")
            expect(run("store", "backup", folder("copy")), "backup cannot be written: ")
            #expect(try names(folder) == before)
            #expect(FileManager.default.contents(atPath: keyPath) == key)
            // Room for a key, and not for the records under it.
            fill(folder, leaving: 3 * 4096)
            expect(run("store", "rekey"), "store cannot be written: \(path)", "; the disk is full, or broken")
            #expect(run("store", "stat").output.hasSuffix("rekeying\tnot ended; store rekey goes on\n"))
            #expect(run("store", "check").output == "500 records read, 0 problems\n")
            unlink(folder("ballast"))
            #expect(run("store", "rekey").output.hasPrefix("went on with a rekeying that was interrupted\n500 records"))
            #expect(run("store", "check").output == "500 records read, 0 problems\n")
        }

        /// Of a write that is cut short, only the next says why.
        @Test func `a key file that may not be as long as it must be is refused with the reason`() throws {
            let sample = try SampleStore("alice")
            let script = #"prlimit --fsize=100 "$0" store rekey "$@" 2>&1 | cat"#
            let outcome = Program(
                ["/bin/sh", "-c", script, Stage.checkpwdctl, "--store", sample.path, "--store-key", sample.keyPath]
            ).run()
            #expect(outcome.output.hasPrefix("checkpwdctl: key file cannot be written: \(sample.keyPath)."), "\(outcome.output)")
            #expect(outcome.output.hasSuffix(": File too large\n"))
            #expect(try FileManager.default.contentsOfDirectory(atPath: sample.folder("keys")) == ["store.key"])
            #expect(try sample.isWhole("alice"))
        }

        @Test(arguments: [false, true])
        func `a login whose answer cannot be remembered, for lack of room, is answered with 111`(hasCache: Bool) throws {
            Stage.accounts
            Stage.service("full", "auth required pam_permit.so")
            let sample = try SampleStore("alice")
            let folder = Folder()
            Stage.must("mount", "-t", "tmpfs", "-o", "size=400k,mode=700", "none", folder.path)
            defer { Stage.must("umount", folder.path) }
            func login() throws -> Program.Outcome {
                Login.run(
                    try Login.cramMD5("alice", "secret of alice"),
                    ["-s", "full", "-e", "-p", "store", "-S", sample.path, "-K", sample.keyPath, "--replay-cache", folder.path]
                        + ["/bin/true"])
            }
            if hasCache { #expect(try login().status == 0) }
            fill(folder)
            let full = try login()
            #expect(full.status == 111)
            #expect(full.errors.filter { $0 == "\n" }.count == 1 && full.errors.contains(folder("replay.mdb")), "\(full.errors)")
            unlink(folder("ballast"))
            #expect(try login().status == 0)
        }
    }
}
