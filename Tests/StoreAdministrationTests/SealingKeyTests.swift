import CheckpwdCore
import Foundation
import SecretStore
@testable import StoreAdministration
import TestSupport
import Testing

/// A change of keys where several hosts, each with its copy of the key file, share a database.
@Suite(.enabled(if: DatabaseServer.isInstalled, "needs PostgreSQL")) struct SealingKeyTests {
    /// Another host's copy of the key file, as it is now.
    private func copy(of sample: SampleDatabase, _ name: String = "copy/store.key") throws -> KeyPlace {
        let path = sample.folder(name)
        mkdir((path as NSString).deletingLastPathComponent, 0o700)
        try? FileManager.default.removeItem(atPath: path)
        try FileManager.default.copyItem(atPath: sample.keyPath, toPath: path)
        return .file(Array(path.utf8))
    }

    private func opens(_ login: String, in sample: SampleDatabase, with keys: KeyPlace) throws -> Bool {
        try sample.store.secret(of: LoginName(login), with: keys)?.text() == "secret of \(login)"
    }

    private func set(_ login: String, in sample: SampleDatabase, with keys: KeyPlace) -> Failure? {
        failure { () throws(Failure) in
            try StoreKeeper(at: sample.place, keys: keys).set(Secret("new"), of: LoginName(login), now: 1)
        }
    }

    @Test func `a key is prepared, distributed, and then sealed under; logins go on everywhere`() throws {
        let sample = try SampleDatabase()
        let logins = (0..<1500).map { "login\($0)" }
        try sample.fill(logins)
        let before = try KeyRing(at: sample.keys).current
        let prepared = try sample.keeper.prepareRekeying()
        // It does not seal yet: a host that does not have it opens what is written meanwhile.
        let ring = try KeyRing(at: sample.keys)
        #expect(ring.current == before && ring.ids == [before, prepared])
        let other = try copy(of: sample)
        let rekeying = try sample.keeper.rekey()
        #expect(rekeying.resealed == 1500 && !rekeying.wasResumed && rekeying.damaged.isEmpty)
        let after = try KeyRing(at: sample.keys)
        #expect(after.ids == [prepared] && !after.isRekeying)
        for login in ["login0", "login1499"] {
            #expect(try opens(login, in: sample, with: sample.keys) && opens(login, in: sample, with: other))
        }
    }

    @Test func `what is not prepared does not begin, and is prepared once`() throws {
        let sample = try SampleDatabase("alice")
        let early = failure { () throws(Failure) in _ = try sample.keeper.rekey() }
        #expect("\(early!)".hasPrefix("misused: no key is prepared: \(sample.keyPath); store rekey --prepare makes one"))
        _ = try sample.keeper.prepareRekeying()
        let again = failure { () throws(Failure) in _ = try sample.keeper.prepareRekeying() }
        #expect("\(again!)".hasPrefix("misused: a key is prepared already: "))
    }

    /// For services that have a copy of the keys: a systemd credential is one.
    @Test func `a store of this host alone can be prepared, too, and seals under what was prepared`() throws {
        let sample = try SampleStore("alice")
        let prepared = try sample.keeper.prepareRekeying()
        let copy = try #require(FileManager.default.contents(atPath: sample.keyPath))
        #expect(try sample.keeper.rekey().resealed == 1)
        #expect(try KeyRing(at: sample.keys).ids == [prepared])
        mkdir(sample.folder("copy"), 0o700)
        let credential = KeyPlace.file(Array(sample.folder.write("copy/store.key", copy).utf8))
        #expect(try sample.store.secret(of: LoginName("alice"), with: credential)?.text() == "secret of alice")
    }

    /// Put there to open an old backup, and not to seal.
    @Test func `an old key at the end of the file is not taken for a prepared one`() throws {
        let sample = try SampleDatabase("alice")
        let old = String(repeating: "5a", count: 32)
        let text = try String(contentsOfFile: sample.keyPath, encoding: .utf8)
        sample.folder.write((sample.keyPath as NSString).pathComponents.suffix(2).joined(separator: "/"), (text + "01020304:\(old)\n").utf8)
        let early = failure { () throws(Failure) in _ = try sample.keeper.rekey() }
        #expect("\(early!)".hasPrefix("misused: no key is prepared: "))
    }

    @Test func `a host whose key file is not the one of now cannot write`() throws {
        let sample = try SampleDatabase("alice")
        _ = try sample.keeper.prepareRekeying()
        let old = try copy(of: sample)
        _ = try sample.keeper.rekey()
        #expect("\(set("alice", in: sample, with: old)!)".hasPrefix("temporary: key file is not the store's of now: "))
        let rekeyed = failure { () throws(Failure) in _ = try StoreKeeper(at: sample.place, keys: old).rekey() }
        #expect("\(rekeyed!)".hasPrefix("temporary: key file is not the store's of now: "))
        #expect(set("bob", in: sample, with: try copy(of: sample)) == nil)
        #expect(try opens("alice", in: sample, with: old))
    }

    @Test func `one that was killed between file and database goes on`() throws {
        let sample = try SampleDatabase("alice", "bob")
        _ = try sample.keeper.prepareRekeying()
        let other = try copy(of: sample)
        let ring = try KeyRing(at: sample.keys)
        try KeyFileWriting.promote(ring.ids[1], in: Array(sample.keyPath.utf8), ring)
        #expect(try opens("alice", in: sample, with: sample.keys) && opens("alice", in: sample, with: other))
        let rekeying = try sample.keeper.rekey()
        #expect(rekeying.wasResumed && rekeying.resealed == 2)
        #expect(try KeyRing(at: sample.keys).ids == [ring.ids[1]])
        #expect(try opens("alice", in: sample, with: sample.keys) && opens("bob", in: sample, with: other))
    }

    /// A copy that was made while a rekeying went on has its mark for ever.
    @Test func `a copy from an earlier rekeying does not make all seal under an old key again`() throws {
        let sample = try SampleDatabase("alice")
        _ = try sample.keeper.prepareRekeying()
        let ring = try KeyRing(at: sample.keys)
        try KeyFileWriting.promote(ring.ids[1], in: Array(sample.keyPath.utf8), ring)
        let stale = try copy(of: sample)
        #expect(try KeyRing(at: stale).isRekeying)
        _ = try sample.keeper.rekey()
        _ = try sample.keeper.prepareRekeying()
        _ = try sample.keeper.rekey()
        let sealing = sample.run("SELECT encode(key, 'hex') FROM pam_checkpwd.store")
        #expect("\(set("alice", in: sample, with: stale)!)".hasPrefix("temporary: key file is not the store's of now: "))
        #expect(throws: Failure.self) { _ = try StoreKeeper(at: sample.place, keys: stale).rekey() }
        #expect(sample.run("SELECT encode(key, 'hex') FROM pam_checkpwd.store") == sealing)
        #expect(try opens("alice", in: sample, with: sample.keys))
    }

    /// It would be gone when that one ends.
    @Test func `no key is prepared while a rekeying has not ended`() throws {
        let sample = try SampleStore("alice")
        let path = Array(sample.keyPath.utf8)
        try KeyFileWriting.beginRekeying(path, KeyRing(at: sample.keys))
        let begun = FileManager.default.contents(atPath: sample.keyPath)
        let early = failure { () throws(Failure) in _ = try sample.keeper.prepareRekeying() }
        #expect("\(early!)" == "misused: a rekeying has not ended: \(sample.keyPath); run store rekey first; it goes on")
        #expect(FileManager.default.contents(atPath: sample.keyPath) == begun)
        _ = try sample.keeper.rekey()
        #expect(try KeyRing(at: sample.keys).ids.count == 1 && KeyRing(at: sample.keys).ids[0] != sample.keeper.prepareRekeying())
    }
}
