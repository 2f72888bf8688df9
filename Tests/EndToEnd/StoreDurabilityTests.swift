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
        #expect(lines.count > 200)
        for line in lines {
            let secret = try sample.text(of: String(line[0]))
            let isFirst = secret == nil && line.count > 1
            let isThere = line.dropFirst().contains { secret == "secret\($0)" }
            // A login whose every writer was killed may have none.
            #expect(isThere || isFirst, "\(line): \(secret ?? "none")")
        }
        #expect(try sample.keeper.check().problems.isEmpty)
    }

    @Test func `a rekeying killed again and again leaves every login its secret, and ends`() throws {
        let sample = try SampleStore()
        let logins = (0..<4000).map { "login\($0)" }
        try sample.fill(logins)
        let outcome = torture(sample, "rekey", "15")
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(Int(outcome.output.dropLast()) ?? 0 > 3)
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
    }
}
