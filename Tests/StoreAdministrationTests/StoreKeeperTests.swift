import CheckpwdCore
import Foundation
import SecretStore
import TestSupport
import Testing

@testable import StoreAdministration

@Suite struct StoreKeeperTests {
    @Test func `secrets are set, replaced, listed and deleted`() throws {
        let sample = try SampleStore()
        try sample.set("one", of: "bob", now: 1)
        try sample.set("two", of: "alice", now: 2)
        #expect(try sample.text(of: "bob") == "one")
        try sample.set("three", of: "bob", now: 3)
        #expect(try sample.text(of: "bob") == "three")
        let entries = try sample.keeper.entries()
        #expect(entries.map(\.login) == [LoginName("alice"), LoginName("bob")])
        #expect(entries.map(\.created) == [2, 1])
        #expect(entries.map(\.changed) == [2, 3])
        #expect(try sample.keeper.delete(LoginName("bob")))
        #expect(try !sample.keeper.delete(LoginName("bob")))
        #expect(try sample.text(of: "bob") == nil)
        #expect(try sample.keeper.entry(of: LoginName("bob")) == nil)
        #expect(try sample.keeper.entry(of: LoginName("alice")) == entries[0])
    }

    @Test func `a renamed login keeps its secret and its dates`() throws {
        let sample = try SampleStore()
        try sample.set("one", of: "bob", now: 5)
        try sample.keeper.rename(LoginName("bob"), to: LoginName("robert"))
        #expect(try sample.text(of: "robert") == "one")
        #expect(try sample.text(of: "bob") == nil)
        #expect(try sample.keeper.entry(of: LoginName("robert"))?.created == 5)
    }

    @Test func `a rename that would take a secret away, or give none, changes nothing`() throws {
        let sample = try SampleStore("alice", "bob")
        for (from, to, what) in [("alice", "bob", "login has a secret: bob"), ("carol", "dave", "login has no secret: carol")] {
            let failure = failure { () throws(Failure) in try sample.keeper.rename(LoginName(from), to: LoginName(to)) }
            #expect("\(failure!)".hasPrefix("rejected: \(what)"))
        }
        #expect(try sample.isWhole("alice") && sample.isWhole("bob"))
        #expect(try sample.keeper.entries().count == 2)
    }

    @Test func `a store that others can touch is not written to either`() throws {
        let sample = try SampleStore("alice")
        chmod(sample.folder("store"), 0o755)
        let failures = [
            failure { () throws(Failure) in try sample.set("x", of: "bob") },
            failure { () throws(Failure) in _ = try sample.keeper.delete(LoginName("alice")) },
            failure { () throws(Failure) in _ = try sample.keeper.rekey() },
            failure { () throws(Failure) in try sample.keeper.backUp(to: Array(sample.folder("copy").utf8)) },
        ]
        for failure in failures { #expect("\(failure!)".hasPrefix("temporary: not private: \(sample.folder("store"))")) }
    }
}

@Suite struct LastUsesTests {
    private func remember(_ cache: ReplayCache, _ challenge: String, of login: String, now: UInt64) throws {
        let bytes = Array(challenge.utf8)
        try bytes.withUnsafeBytes { try cache.remember($0, of: LoginName(login), now: now, until: now + 600) }
    }

    @Test func `each login's last use is told`() throws {
        let folder = Folder()
        let cache = ReplayCache(in: Array(folder("cache").utf8))
        #expect(try cache.lastUses() == [:])
        try remember(cache, "<1@h>", of: "alice", now: 1000)
        try remember(cache, "<2@h>", of: "alice", now: 1100)
        try remember(cache, "<3@h>", of: "bob", now: 1050)
        #expect(try cache.lastUses() == [Array("alice".utf8): 1100, Array("bob".utf8): 1050])
    }
}
