import CheckpwdCore
import SecretStore
@testable import StoreAdministration
import TestSupport
import Testing

@Suite struct BatchTests {
    private func add(_ secret: String, _ login: String, to batch: inout Batch, created: UInt64? = nil) throws {
        let bytes = Array(secret.utf8)
        try bytes.withUnsafeBytes { try batch.add($0, of: LoginName(login), created: created) }
    }

    @Test(arguments: [
        ("an empty login", "", "x"), ("a login too long", String(repeating: "a", count: 512), "x"),
        ("a control byte", "a\nb", "x"), ("an empty secret", "alice", ""),
    ])
    func `what cannot be a login or a secret is refused`(what: String, login: String, secret: String) throws {
        var batch = Batch()
        do {
            try add(secret, login, to: &batch)
            Issue.record("\(what) is not refused")
        } catch let error as Failure {
            #expect(error.verdict.description == "misused")
        }
        #expect(batch.count == 0)
    }

    @Test func `the longest login is one like any other`() throws {
        let sample = try SampleStore()
        let login = String(repeating: "a", count: SecretStore.longestLogin)
        try sample.set("x", of: login)
        #expect(try sample.text(of: login) == "x")
    }

    /// More than the buffer's first size, and than LMDB's first map of 1 MiB.
    @Test func `a batch is written whole, however large`() throws {
        let sample = try SampleStore()
        var batch = Batch()
        let long = String(repeating: "s", count: 1000)
        for number in 0..<1500 { try add(long + "\(number)", "login\(number)", to: &batch) }
        #expect(try sample.keeper.write(batch, now: 7) == [])
        #expect(try sample.keeper.entries().count == 1500)
        for number in [0, 700, 1499] { #expect(try sample.text(of: "login\(number)") == long + "\(number)") }
        batch.removeAll()
        #expect(batch.count == 0)
    }

    @Test func `who has a secret keeps it, if that is asked for, and keeps its date in any case`() throws {
        let sample = try SampleStore()
        try sample.set("old", of: "alice", now: 1)
        var batch = Batch()
        for login in ["alice", "bob"] { try add("new", login, to: &batch) }
        #expect(try sample.keeper.write(batch, now: 2, keepsExisting: true) == [0])
        #expect(try sample.text(of: "alice") == "old")
        #expect(try sample.text(of: "bob") == "new")
        #expect(try sample.keeper.write(batch, now: 3) == [])
        #expect(try sample.text(of: "alice") == "new")
        #expect(try sample.keeper.entry(of: LoginName("alice"))?.created == 1)
    }

    @Test func `an import brings its own dates`() throws {
        let sample = try SampleStore()
        var batch = Batch()
        try add("x", "alice", to: &batch, created: 42)
        _ = try sample.keeper.write(batch, now: 100)
        let entry = try sample.keeper.entry(of: LoginName("alice"))
        #expect(entry?.created == 42 && entry?.changed == 100)
    }
}
