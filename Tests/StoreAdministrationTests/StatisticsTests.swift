import CheckpwdCore
import SecretStore
@testable import StoreAdministration
import TestSupport
import Testing

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
