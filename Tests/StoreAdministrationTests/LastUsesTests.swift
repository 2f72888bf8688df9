import CheckpwdCore
import SecretStore
@testable import StoreAdministration
import TestSupport
import Testing

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
