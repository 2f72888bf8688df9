import CheckpwdCore
import Foundation
import SecretStore
@testable import StoreAdministration
import TestSupport
import Testing

/// Backup and restore.
@Suite struct BackupTests {
    private func names(_ sample: SampleStore, in folder: String) throws -> Set<String> {
        Set(try FileManager.default.contentsOfDirectory(atPath: sample.folder(folder)))
    }

    @Test func `what was backed up comes back, and what was there is kept beside it`() throws {
        let sample = try SampleStore("alice", "bob")
        let backup = Array(sample.folder("copy.mdb").utf8)
        try sample.keeper.backUp(to: backup)
        try sample.set("later", of: "alice")
        _ = try sample.keeper.delete(LoginName("bob"))
        // Of one that was killed.
        for ending in ["", "-lock"] { sample.folder.write("store/secrets.mdb.0123456789abcdef.new" + ending, "half".utf8) }
        #expect(try sample.keeper.restore(from: backup) == 2)
        #expect(try sample.isWhole("alice") && sample.isWhole("bob"))
        #expect(try names(sample, in: "store").subtracting(["secrets.mdb-lock"]) == ["secrets.mdb", "secrets.mdb.replaced"])
        // The store that was replaced is whole, too.
        try FileManager.default.moveItem(atPath: sample.path + ".replaced", toPath: sample.folder("store/old.mdb"))
        let old = SecretStore(at: .file(Array(sample.folder("store/old.mdb").utf8)))
        #expect(try !old.knows(LoginName("bob")))
        // And it goes on, and nothing that was replaced is lost by the next time.
        try FileManager.default.moveItem(atPath: sample.folder("store/old.mdb"), toPath: sample.path + ".replaced")
        #expect(try sample.keeper.restore(from: backup) == 2)
        #expect(try names(sample, in: "store").isSuperset(of: ["secrets.mdb.replaced", "secrets.mdb.replaced.2"]))
        try sample.set("new", of: "carol")
        #expect(try sample.text(of: "carol") == "new")
    }

    @Test func `an empty store can be backed up and restored`() throws {
        let sample = try SampleStore()
        try sample.keeper.backUp(to: Array(sample.folder("copy.mdb").utf8))
        #expect(try sample.keeper.restore(from: Array(sample.folder("copy.mdb").utf8)) == 0)
        try sample.set("x", of: "alice")
        #expect(try sample.text(of: "alice") == "x")
    }

    @Test func `an existing file is not replaced by a backup, and nothing is left over`() throws {
        let sample = try SampleStore("alice")
        sample.folder.write("copy.mdb", [1, 2])
        let failure = failure { () throws(Failure) in
            try sample.keeper.backUp(to: Array(sample.folder("copy.mdb").utf8))
        }
        #expect("\(failure!)" == "temporary: backup cannot be written: \(sample.folder("copy.mdb")): File exists")
        #expect(FileManager.default.contents(atPath: sample.folder("copy.mdb")) == Data([1, 2]))
        #expect(try names(sample, in: "") == ["store", "keys", "copy.mdb"])
    }

    @Test func `a backup only its owner can read`() throws {
        let sample = try SampleStore("alice")
        try sample.keeper.backUp(to: Array(sample.folder("copy.mdb").utf8))
        let attributes = try FileManager.default.attributesOfItem(atPath: sample.folder("copy.mdb"))
        #expect(attributes[.posixPermissions] as? Int == 0o600)
    }

    @Test(arguments: ["cut", "foreign", "none", "flipped"])
    func `what is no whole backup of ours changes nothing`(kind: String) throws {
        let sample = try SampleStore("alice")
        let backup = sample.folder("copy.mdb")
        try sample.keeper.backUp(to: Array(backup.utf8))
        let whole = try #require(FileManager.default.contents(atPath: backup))
        switch kind {
        case "cut": sample.folder.write("copy.mdb", whole.dropLast(4096))
        case "none": unlink(backup)
        case "flipped":
            var bytes = Array(whole)
            let place = try #require(bytes.indices.first { bytes[$0...].starts(with: Array("alice".utf8)) })
            bytes[place + 60] ^= 1
            sample.folder.write("copy.mdb", bytes)
        default:
            let other = try SampleStore("alice")
            unlink(backup)
            try other.keeper.backUp(to: Array(backup.utf8))
        }
        let failure = failure { () throws(Failure) in _ = try sample.keeper.restore(from: Array(backup.utf8)) }
        #expect(failure?.verdict.description == "temporary", "\(kind)")
        #expect(try sample.isWhole("alice"))
        #expect(try names(sample, in: "store").isSubset(of: ["secrets.mdb", "secrets.mdb-lock"]))
    }
}
