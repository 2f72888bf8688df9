import CheckpwdCore
import Foundation
import SecretStore
import TestSupport
import Testing

@testable import StoreAdministration

@Suite struct CheckTests {
    @Test func `a whole store has no problems`() throws {
        let sample = try SampleStore("alice", "bob")
        let findings = try sample.keeper.check()
        #expect(findings.records == 2 && findings.problems.isEmpty)
    }

    /// A lookup goes by the keys that stand in the branches of the tree, a walk does not.
    @Test func `a record that a lookup does not find is a problem, though it is there`() throws {
        let sample = try SampleStore()
        try sample.fill((100..<400).map { "login\($0)" })
        var bytes = Array(try #require(FileManager.default.contents(atPath: sample.path)))
        for page in stride(from: 8192, to: bytes.count, by: 4096) where bytes[page + 10] == 1 && bytes[page + 11] == 0 {
            // LMDB's page: 16 bytes of head, then 2 for the place of each node; of a node 8 bytes of head, then its key.
            let node = page + Int(bytes[page + 18]) + Int(bytes[page + 19]) << 8
            bytes[node + 8 + 5] = UInt8(ascii: "9")
        }
        sample.folder.write("store/secrets.mdb", bytes)
        let findings = try sample.keeper.check()
        #expect(findings.records == 300)
        #expect(findings.problems.contains { "\($0)".hasPrefix("temporary: record is not found by a lookup: login") })
    }

    @Test func `every record that does not open is named, and the others are read`() throws {
        let sample = try SampleStore("alice", "bob", "carol")
        try LMDBEnvironment(at: Array(sample.path.utf8), for: .writing).write { (transaction) throws(Failure) in
            let alice = try transaction.value(of: Array("alice".utf8))!
            var flipped = alice
            flipped[40] ^= 1
            _ = transaction.put(Array("alice".utf8), flipped)
            _ = transaction.put(Array("bob".utf8), alice)
            _ = transaction.put(Array("short".utf8), [1, 2, 3])
            return transaction.put(Array("tab\t".utf8), alice)
        }
        let findings = try sample.keeper.check()
        #expect(findings.records == 5)
        let problems = findings.problems.map { "\($0)" }
        #expect(problems.count == 4)
        for (problem, start) in zip(problems, ["alice", "bob", "short", "tab"]) {
            #expect(problem.contains(start))
        }
        #expect(problems.last?.hasPrefix("misused: bad login: tab") == true)
    }
}

@Suite struct StatisticsTests {
    @Test func `it counts records, bytes, and what each key seals`() throws {
        let sample = try SampleStore("alice", "bob")
        let ring = try KeyRing(at: sample.keys)
        try KeyFileWriting.beginRekeying(Array(sample.keyPath.utf8), ring)
        try sample.set("x", of: "carol", now: 9)
        let statistics = try sample.keeper.statistics()
        #expect(statistics.records == 3 && statistics.withoutKey == 0)
        #expect(statistics.keys.map(\.records) == [1, 2] && statistics.keys.last?.key == ring.current)
        #expect(statistics.isRekeying)
        #expect(statistics.lastChange == 9)
        #expect(statistics.fileSize >= statistics.usedSize && statistics.usedSize >= 4096 && statistics.depth == 1)
    }
}
