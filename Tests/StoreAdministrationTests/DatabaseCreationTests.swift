import CheckpwdCore
import Foundation
import SecretStore
@testable import StoreAdministration
import TestSupport
import Testing

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
