import CheckpwdCore
import Foundation
import SecretStore
@testable import StoreAdministration
import TestSupport
import Testing

@Suite struct RekeyTests {
    private let logins = (0..<2500).map { "login\($0)" }

    @Test func `every record is sealed anew under a new key, and the old one is retired`() throws {
        let sample = try SampleStore()
        try sample.fill(logins)
        let before = try KeyRing(at: sample.keys).current
        let dates = try sample.keeper.entries().map(\.changed)
        var told: [Int] = []
        let rekeying = try sample.keeper.rekey { done, _ in told.append(done) }
        #expect(rekeying.resealed == 2500 && !rekeying.wasResumed && rekeying.damaged.isEmpty)
        #expect(told == [1000, 2000, 2500])
        let after = try KeyRing(at: sample.keys)
        #expect(after.current != before && after.ids.count == 1 && !after.isRekeying)
        #expect(try sample.keeper.entries().allSatisfy { $0.key == after.current })
        #expect(try sample.keeper.entries().map(\.changed) == dates)
        for login in [logins[0], logins[1234], logins[2499]] { #expect(try sample.isWhole(login)) }
    }

    @Test func `one that was interrupted is gone on with, under the same key`() throws {
        struct Interruption: Error {}
        let sample = try SampleStore()
        try sample.fill(logins)
        let ring = try KeyRing(at: sample.keys)
        try KeyFileWriting.beginRekeying(Array(sample.keyPath.utf8), ring)
        let marked = try KeyRing(at: sample.keys)
        #expect(marked.isRekeying && marked.ids.count == 2)
        // Some are sealed under the new key already.
        try sample.fill(logins[..<700])
        for login in [logins[0], logins[2000]] { #expect(try sample.isWhole(login)) }
        let rekeying = try sample.keeper.rekey()
        #expect(rekeying.wasResumed && rekeying.resealed == 1800)
        let ended = try KeyRing(at: sample.keys)
        #expect(ended.current == marked.current && ended.ids.count == 1)
        for login in [logins[0], logins[2000]] { #expect(try sample.isWhole(login)) }
    }

    @Test func `a damaged record is told, left as it is, and keeps no other from its new key`() throws {
        let sample = try SampleStore("alice", "bob")
        try LMDBEnvironment(at: Array(sample.path.utf8), for: .writing).write { (transaction) throws(Failure) in
            transaction.put(Array("mallory".utf8), try transaction.value(of: Array("bob".utf8))!)
        }
        let old = try KeyRing(at: sample.keys).current
        let rekeying = try sample.keeper.rekey()
        #expect(rekeying.resealed == 2 && rekeying.keepsOldKeys)
        // What cannot be read now may be read by a newer program, or once it is mended.
        #expect(try KeyRing(at: sample.keys).ids.contains(old))
        let ended = try sample.keeper.rekey(givesUpDamaged: true)
        #expect(ended.wasResumed && ended.resealed == 0 && !ended.keepsOldKeys)
        #expect(try KeyRing(at: sample.keys).ids.count == 1)
        #expect(rekeying.damaged.map { "\($0)" }.first?.hasPrefix("temporary: record damaged: mallory") == true)
        #expect(try sample.isWhole("alice") && sample.isWhole("bob"))
    }

    @Test func `a credential cannot be rekeyed`() throws {
        let sample = try SampleStore("alice")
        let keeper = StoreKeeper(at: .file(Array(sample.path.utf8)), keys: .credential(folder: Array(sample.folder("keys").utf8)))
        let failure = failure { () throws(Failure) in _ = try keeper.rekey() }
        #expect("\(failure!)".hasPrefix("misused: a credential cannot be changed"))
    }
}
