import CheckpwdCore
import Foundation
import SecretStore
import TestSupport
import Testing

@testable import StoreAdministration

/// The keeper's work on a store in a database, which is the same as on one in a file.
@Suite(.enabled(if: DatabaseServer.isInstalled, "needs PostgreSQL")) struct DatabaseTablesTests {
    private func set(_ secret: String, of login: String, in sample: SampleDatabase, now: UInt64) throws {
        try sample.keeper.set(Secret(secret), of: LoginName(login), now: now)
    }

    @Test func `secrets are set, replaced, listed, renamed and deleted`() throws {
        let sample = try SampleDatabase()
        try set("one", of: "bob", in: sample, now: 1)
        try set("two", of: "alice", in: sample, now: 2)
        try set("three", of: "bob", in: sample, now: 3)
        #expect(try sample.text(of: "bob") == "three")
        let entries = try sample.keeper.entries()
        #expect(entries.map(\.login.bytes.text) == ["alice", "bob"])
        #expect(entries[1].created == 1 && entries[1].changed == 3)
        #expect(try sample.keeper.entry(of: LoginName("alice"))?.changed == 2)
        try sample.keeper.rename(LoginName("alice"), to: LoginName("carol"))
        #expect(try sample.text(of: "carol") == "two" && sample.text(of: "alice") == nil)
        let taken = failure { () throws(Failure) in try sample.keeper.rename(LoginName("bob"), to: LoginName("carol")) }
        #expect("\(taken!)" == "rejected: login has a secret: carol; delete it first")
        #expect(try sample.keeper.delete(LoginName("bob")))
        #expect(try !sample.keeper.delete(LoginName("bob")))
    }

    @Test func `a batch is one transaction, and a login that comes twice has the last`() throws {
        let sample = try SampleDatabase("bob")
        var batch = Batch()
        for (login, secret) in [("alice", "first"), ("bob", "new"), ("alice", "last")] {
            try Secret(secret).withUnsafeBytes { try batch.add($0, of: LoginName(login)) }
        }
        #expect(try sample.keeper.write(batch, now: 5, keepsExisting: true) == [1, 2])
        #expect(try sample.text(of: "alice") == "first" && sample.text(of: "bob") == "secret of bob")
        #expect(try sample.keeper.write(batch, now: 6) == [])
        #expect(try sample.text(of: "alice") == "last" && sample.text(of: "bob") == "new")
    }

    @Test func `many records are read in pages, each once, in the order of their bytes`() throws {
        let sample = try SampleDatabase()
        let logins = (0..<2500).map { "login\($0)" } + ["a b", "é"]
        try sample.fill(logins)
        var seen: [String] = []
        let failures = try sample.keeper.forEachSecret { (entry, secret) throws(Failure) in
            seen.append(entry.login.bytes.text)
            #expect(secret.text() == "secret of \(entry.login.bytes.text)")
        }
        #expect(failures.isEmpty)
        #expect(seen == logins.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) })
        #expect(try sample.keeper.check().records == 2502)
        #expect(try sample.keeper.check().problems.isEmpty)
        let statistics = try sample.keeper.statistics()
        #expect(statistics.records == 2502 && statistics.keys.map(\.records) == [2502] && statistics.mapSize == nil)
        #expect(statistics.fileSize > statistics.usedSize && statistics.usedSize > 100_000)
    }

    @Test func `check finds damage`() throws {
        let sample = try SampleDatabase("alice", "bob", "carol")
        sample.run("UPDATE pam_checkpwd.secrets SET record = substr(record, 1, 40) WHERE login = 'bob'")
        let findings = try sample.keeper.check()
        #expect(findings.records == 3)
        #expect(findings.problems.map { "\($0)" }.first?.hasPrefix("temporary: record damaged: bob") == true)
        #expect(findings.problems.count == 1)
    }

    @Test func `the replay cache tells when a login was last used`() throws {
        let sample = try SampleDatabase("alice")
        sample.run("INSERT INTO pam_checkpwd.replay VALUES ('1', 9, 5, 'alice'), ('2', 9, 7, 'alice'), ('3', 9, 6, 'bob')")
        let uses = try sample.store.replayCache(in: nil).lastUses()
        #expect(uses == [Array("alice".utf8): 7, Array("bob".utf8): 6])
    }

    @Test func `writers wait for each other, on whatever host`() throws {
        let sample = try SampleDatabase()
        try sample.keeper.write { (_) throws(Failure) in
            #expect(sample.run("SELECT pg_try_advisory_lock(1885433187, 1)") == "f")
        }
        #expect(sample.run("SELECT pg_try_advisory_lock(1885433187, 1)") == "t")
    }

    @Test(arguments: [("off", "on"), ("local", "local"), ("remote_apply", "remote_apply")])
    func `what is written is on disk, whatever the database does for others`(found: String, wanted: String) throws {
        let sample = try SampleDatabase()
        sample.run("ALTER DATABASE \(sample.name) SET synchronous_commit = \(found)")
        try sample.keeper.write { (records) throws(Failure) in
            let setting = try records.connection!.execute("SELECT current_setting('synchronous_commit')").bytes(0, 0)
            #expect(setting.text == wanted)
        }
    }

    @Test func `a database is backed up by its own tools`() throws {
        let sample = try SampleDatabase()
        for failure in [
            failure { () throws(Failure) in try sample.keeper.backUp(to: Array(sample.folder("x").utf8)) },
            failure { () throws(Failure) in _ = try sample.keeper.restore(from: Array(sample.folder("x").utf8)) },
        ] {
            #expect("\(failure!)".hasPrefix("misused: a database's store is no file: postgresql:///\(sample.name); pg_dump "))
        }
    }
}

@Suite(.enabled(if: DatabaseServer.isInstalled, "needs PostgreSQL")) struct DatabaseCreationTests {
    @Test func `a new store is empty, with a key that only its owner can read`() throws {
        let sample = SampleDatabase(empty: ())
        #expect(try sample.keeper.create())
        #expect(try sample.keeper.entries() == [])
        let attributes = try FileManager.default.attributesOfItem(atPath: sample.keyPath)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
    }

    @Test func `an existing store is never replaced, and its key neither`() throws {
        let sample = try SampleDatabase("alice")
        let key = FileManager.default.contents(atPath: sample.keyPath)
        let failure = failure { () throws(Failure) in _ = try sample.keeper.create(adoptingKey: true) }
        #expect("\(failure!)".hasPrefix("temporary: store cannot be created: postgresql:///\(sample.name): relation "))
        #expect("\(failure!)".hasSuffix("already exists; an existing store is never replaced"))
        #expect(FileManager.default.contents(atPath: sample.keyPath) == key)
        #expect(try sample.text(of: "alice") == "secret of alice")
        // Nor is a key made in vain.
        let other = StoreKeeper(at: sample.place, keys: .file(Array(sample.folder("others/store.key").utf8)))
        #expect(throws: Failure.self) { _ = try other.create() }
        #expect(!FileManager.default.fileExists(atPath: sample.folder("others/store.key")))
    }

    @Test func `the schema may be there already`() throws {
        let sample = SampleDatabase(empty: ())
        sample.run("CREATE SCHEMA pam_checkpwd")
        #expect(try sample.keeper.create())
    }
}
