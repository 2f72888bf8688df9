import CheckpwdCore
import Foundation
import SecretStore
@testable import StoreAdministration
import TestSupport
import Testing

@Suite struct CreationTests {
    @Test func `a new store is empty, and only its owner can read it`() throws {
        let sample = try SampleStore()
        #expect(try sample.keeper.entries() == [])
        for (file, mode) in [("store", 0o700), ("keys", 0o700), ("store/secrets.mdb", 0o600), ("keys/store.key", 0o600)] {
            let attributes = try FileManager.default.attributesOfItem(atPath: sample.folder(file))
            #expect(attributes[.posixPermissions] as? Int == mode, "\(file)")
        }
    }

    @Test func `an existing store is never replaced`() throws {
        let sample = try SampleStore("alice")
        let failure = failure { () throws(Failure) in _ = try sample.keeper.create() }
        #expect("\(failure!)".hasPrefix("temporary: store exists: \(sample.path)"))
        #expect(try sample.isWhole("alice"))
    }

    /// A rekeying of the one store would leave the other without its keys.
    @Test func `an existing key is used only where that is asked for, and stays as it is`() throws {
        let sample = try SampleStore("alice")
        let key = FileManager.default.contents(atPath: sample.keyPath)
        let second = StoreKeeper(at: .file(Array(sample.folder("second/secrets.mdb").utf8)), keys: sample.keys)
        let refusal = failure { () throws(Failure) in _ = try second.create() }
        #expect("\(refusal!)".hasPrefix("temporary: key exists: \(sample.keyPath); "))
        #expect(!FileManager.default.fileExists(atPath: sample.folder("second/secrets.mdb")))
        #expect(try !second.create(adoptingKey: true))
        #expect(try FileManager.default.contentsOfDirectory(atPath: sample.folder("second")) == ["secrets.mdb"])
        #expect(FileManager.default.contents(atPath: sample.keyPath) == key)
    }

    @Test func `a key that cannot be used leaves no store behind`() throws {
        let sample = try SampleStore()
        chmod(sample.keyPath, 0o644)
        let second = StoreKeeper(at: .file(Array(sample.folder("second/secrets.mdb").utf8)), keys: sample.keys)
        let failure = failure { () throws(Failure) in _ = try second.create(adoptingKey: true) }
        #expect("\(failure!)".hasPrefix("temporary: not private: \(sample.keyPath)"))
        #expect(!FileManager.default.fileExists(atPath: sample.folder("second/secrets.mdb")))
    }

    @Test func `what somebody left who was killed while creating is gone`() throws {
        let sample = try SampleStore("alice")
        unlink(sample.path)
        unlink(sample.path + "-lock")
        unlink(sample.keyPath)
        let scratch = ".0123456789abcdef.new"
        for name in ["store/secrets.mdb\(scratch)", "store/secrets.mdb\(scratch)-lock", "keys/store.key\(scratch)"] {
            sample.folder.write(name, "half".utf8)
        }
        #expect(try sample.keeper.create())
        #expect(try FileManager.default.contentsOfDirectory(atPath: sample.folder("store")) == ["secrets.mdb"])
        #expect(try FileManager.default.contentsOfDirectory(atPath: sample.folder("keys")) == ["store.key"])
    }

    @Test func `a folder that others can touch is refused`() throws {
        let folder = Folder()
        mkdir(folder("open"), 0o700)
        chmod(folder("open"), 0o755)
        let keeper = StoreKeeper(at: .file(Array(folder("open/s.mdb").utf8)), keys: .file(Array(folder("keys/k").utf8)))
        let failure = failure { () throws(Failure) in _ = try keeper.create() }
        #expect("\(failure!)".hasPrefix("temporary: not private: \(folder("open")): mode 0755, wanted 0700"))
    }
}
