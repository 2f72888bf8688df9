import CheckpwdCore
import Foundation
import StoreAdministration
import TestSupport
import Testing

@testable import SecretStore

@Suite struct SecretStoreTests {
    @Test func `a login's secret is found, and nobody else's`() throws {
        let sample = try SampleStore("alice", "bob")
        #expect(try sample.text(of: "alice") == "secret of alice")
        #expect(try sample.text(of: "bob") == "secret of bob")
        for login in ["carol", "", "alic", "alice\0", String(repeating: "a", count: 512)] {
            #expect(try sample.text(of: login) == nil, "\(login)")
        }
        #expect(try sample.store.knows(LoginName("alice")))
        #expect(try !sample.store.knows(LoginName("carol")))
    }

    @Test func `a missing store is a temporary failure, and is not created by looking`() throws {
        let sample = try SampleStore()
        let path = sample.folder("store/none.mdb")
        let failure = failure { () throws(Failure) in
            _ = try SecretStore(at: .file(Array(path.utf8))).secret(of: LoginName("alice"), with: sample.keys)
        }
        #expect("\(failure!)".hasPrefix("temporary: store cannot be opened: \(path): No such file or directory; "))
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test func `a store cut short is a temporary failure, not a signal`() throws {
        let sample = try SampleStore()
        try sample.fill((0..<200).map { "login\($0)" })
        // The store itself has holes at its end; a copy has not.
        try sample.keeper.backUp(to: Array(sample.folder("copy").utf8))
        let whole = try #require(FileManager.default.contents(atPath: sample.folder("copy")))
        for count in stride(from: 4096, to: whole.count, by: 4096) {
            let path = sample.folder.write("store/cut.mdb", whole.prefix(count))
            let failure = failure { () throws(Failure) in
                _ = try SecretStore(at: .file(Array(path.utf8))).secret(of: LoginName("login1"), with: sample.keys)
            }
            #expect("\(failure!)".hasPrefix("temporary: store cannot be opened"), "\(count) bytes")
        }
    }

    @Test(arguments: [[UInt8](), Array("this is no database".utf8), [UInt8](repeating: 0, count: 8192)])
    func `a file that is no store is a temporary failure`(contents: [UInt8]) throws {
        let sample = try SampleStore()
        let path = sample.folder.write("store/bad.mdb", contents)
        let failure = failure { () throws(Failure) in
            _ = try SecretStore(at: .file(Array(path.utf8))).secret(of: LoginName("alice"), with: sample.keys)
        }
        #expect(failure?.verdict.description == "temporary")
    }

    @Test func `a FIFO in the store's place is a temporary failure, and nobody waits for it`() throws {
        let sample = try SampleStore()
        mkfifo(sample.folder("store/fifo"), 0o600)
        let failure = failure { () throws(Failure) in
            _ = try SecretStore(at: .file(Array(sample.folder("store/fifo").utf8))).knows(LoginName("alice"))
        }
        #expect("\(failure!)".contains("something else, wanted a plain file"))
    }

    @Test(arguments: [
        ("store/secrets.mdb", mode_t(0o640)), ("store/secrets.mdb", 0o602), ("store", 0o750), ("store", 0o701),
        ("keys/store.key", 0o604), ("keys", 0o710),
    ])
    func `a store, key or folder that others can touch is refused, and named`(name: String, mode: mode_t) throws {
        let sample = try SampleStore("alice")
        chmod(sample.folder(name), mode)
        let failure = failure { () throws(Failure) in
            _ = try sample.store.secret(of: LoginName("alice"), with: sample.keys)
        }
        #expect("\(failure!)".hasPrefix("temporary: not private: \(sample.folder(name)): mode 0"))
    }

    /// That it is looked up anew before is for the tests of a store's moments.
    @Test func `a record whose key is not in the file is a temporary failure that names it`() throws {
        let sample = try SampleStore("alice")
        let old = try #require(FileManager.default.contents(atPath: sample.path))
        _ = try sample.keeper.rekey()
        sample.folder.write("store/secrets.mdb", old)
        unlink(sample.path + "-lock")
        let failure = failure { () throws(Failure) in
            _ = try sample.store.secret(of: LoginName("alice"), with: sample.keys)
        }
        #expect("\(failure!)".hasPrefix("temporary: record sealed under another key: alice: key "))
    }

    /// A record's value under another login's name, cut short, of another version, or with a key that nobody has.
    @Test(arguments: ["swapped", "short", "version", "key"])
    func `one damaged record is an error for its login alone`(damage: String) throws {
        let sample = try SampleStore("alice", "bob", "carol")
        let environment = try LMDBEnvironment(at: Array(sample.path.utf8), for: .writing)
        try environment.write { (transaction) throws(Failure) in
            var value = try transaction.value(of: Array((damage == "swapped" ? "bob" : "alice").utf8))!
            switch damage {
            case "short": value.removeLast(20)
            case "version": value[0] = 9
            case "key": value[1] ^= 1
            default: break
            }
            return transaction.put(Array("alice".utf8), value)
        }
        _ = consume environment
        let failure = failure { () throws(Failure) in
            _ = try sample.store.secret(of: LoginName("alice"), with: sample.keys)
        }
        #expect("\(failure!)".hasPrefix("temporary: record "))
        #expect("\(failure!)".contains("alice"))
        #expect(try sample.isWhole("bob") && sample.isWhole("carol"))
    }
}

/// A store that version 0.1.0 wrote, whose cryptography was another library's. Its key file holds three keys: the
/// one of then, one that a rekeying made, and one that was prepared.
@Suite struct EarlierStoreTests {
    @Test(arguments: [("tim", "tanstaaftanstaaf"), ("pöst@example.com", "correct horse")])
    func `a store sealed by version 0.1.0 opens unchanged`(login: String, secret: String) throws {
        let folder = Folder()
        func copy(_ name: String) throws -> [UInt8] {
            let contents = try #require(FileManager.default.contents(atPath: Stage.repository("Tests/Data/\(name)")))
            return Array(folder.write(name, contents).utf8)
        }
        let store = SecretStore(at: .file(try copy("store-0.1.0.mdb")))
        let found = try store.secret(of: LoginName(login), with: .file(try copy("store-0.1.0.key")))
        #expect(found?.text() == secret)
    }
}
