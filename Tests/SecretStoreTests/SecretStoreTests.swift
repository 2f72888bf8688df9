import Credentials
import Foundation
import TestSupport
import Testing
import Verdicts

@testable import SecretStore

@Suite struct SecretStoreTests {
    private let folder = Folder()
    private var path: [UInt8] { Array(folder("store/secrets.mdb").utf8) }
    private var keyPath: [UInt8] { Array(folder("keys/store.key").utf8) }
    private var store: SecretStore { SecretStore(at: path) }

    private func create() throws -> KeyRing {
        try SecretStore.create(at: path, key: keyPath)
        return try KeyRing(at: keyPath)
    }

    private func text(of login: String, _ ring: borrowing KeyRing) throws -> String? {
        guard let secret = try store.secret(of: Login(login), with: ring) else { return nil }
        return secret.text()
    }

    @Test func `a new store is empty, and only its owner can read it`() throws {
        let ring = try create()
        #expect(try store.logins() == [])
        #expect(try text(of: "alice", ring) == nil)
        for (file, mode) in [("store", 0o700), ("keys", 0o700), ("store/secrets.mdb", 0o600), ("keys/store.key", 0o600)] {
            let attributes = try FileManager.default.attributesOfItem(atPath: folder(file))
            #expect(attributes[.posixPermissions] as? Int == mode, "\(file)")
        }
    }

    @Test func `what exists is never replaced`() throws {
        _ = try create()
        let key = FileManager.default.contents(atPath: folder("keys/store.key"))
        let again = failure { () throws(Failure) in try SecretStore.create(at: path, key: Array(folder("other").utf8)) }
        #expect("\(again!)".hasPrefix("temporary: store exists"))
        #expect(!FileManager.default.fileExists(atPath: folder("other")))
        let keyTaken = failure { () throws(Failure) in
            try SecretStore.create(at: Array(folder("second.mdb").utf8), key: keyPath)
        }
        #expect("\(keyTaken!)".hasPrefix("temporary: key file cannot be created"))
        #expect(!FileManager.default.fileExists(atPath: folder("second.mdb")))
        #expect(FileManager.default.contents(atPath: folder("keys/store.key")) == key)
    }

    @Test func `secrets are set, replaced, listed and deleted`() throws {
        let ring = try create()
        try store.set(Secret("one"), of: Login("bob"), now: 1, with: ring)
        try store.set(Secret("two"), of: Login("alice"), now: 2, with: ring)
        #expect(try text(of: "bob", ring) == "one")
        #expect(try text(of: "alice", ring) == "two")
        try store.set(Secret("three"), of: Login("bob"), now: 3, with: ring)
        #expect(try text(of: "bob", ring) == "three")
        #expect(try store.logins() == [Login("alice"), Login("bob")])
        #expect(try store.delete(Login("bob")))
        #expect(try !store.delete(Login("bob")))
        #expect(try text(of: "bob", ring) == nil)
        #expect(try store.logins() == [Login("alice")])
    }

    @Test(arguments: [
        ("an empty login", "", "x"), ("a login too long", String(repeating: "a", count: 512), "x"),
        ("a control byte", "a\nb", "x"), ("an empty secret", "alice", ""),
    ])
    func `what cannot be a login or a secret is refused`(what: String, login: String, secret: String) throws {
        let ring = try create()
        do throws(Failure) {
            try store.set(Secret(secret), of: Login(login), now: 1, with: ring)
            Issue.record("\(what) is not refused")
        } catch {
            guard case .misused = error else {
                Issue.record("\(what): \(error)")
                return
            }
        }
        #expect(try store.logins() == [])
    }

    @Test func `the longest login is one like any other`() throws {
        let ring = try create()
        let login = String(repeating: "a", count: SecretStore.longestLogin)
        try store.set(Secret("x"), of: Login(login), now: 1, with: ring)
        #expect(try text(of: login, ring) == "x")
        #expect(try text(of: login + "a", ring) == nil)
        #expect(try text(of: "", ring) == nil)
    }

    @Test func `the store grows with its data`() throws {
        let ring = try create()
        let long = String(repeating: "s", count: 1000)
        // More than LMDB's first map of 1 MiB can hold.
        for number in 0..<1500 {
            try store.set(Secret(long), of: Login("login\(number)"), now: 1, with: ring)
        }
        #expect(try store.logins().count == 1500)
        #expect(try text(of: "login0", ring) == long)
        #expect(try text(of: "login1499", ring) == long)
    }

    @Test func `a missing store is a temporary failure, and is not created by looking`() throws {
        let ring = try create()
        let elsewhere = SecretStore(at: Array(folder("none.mdb").utf8))
        do throws(Failure) {
            _ = try elsewhere.secret(of: Login("alice"), with: ring)
            Issue.record("not refused")
        } catch {
            #expect("\(error)".hasPrefix("temporary: store cannot be opened: \(folder("none.mdb")): No such file"))
        }
        do throws(Failure) {
            try elsewhere.set(Secret("x"), of: Login("alice"), now: 1, with: ring)
            Issue.record("not refused")
        } catch {
            guard case .temporary = error else {
                Issue.record("\(error)")
                return
            }
        }
        #expect(!FileManager.default.fileExists(atPath: folder("none.mdb")))
    }

    @Test func `a store cut short is a temporary failure, not a signal`() throws {
        let ring = try create()
        for number in 0..<200 { try store.set(Secret("x"), of: Login("login\(number)"), now: 1, with: ring) }
        let whole = try #require(FileManager.default.contents(atPath: folder("store/secrets.mdb")))
        for count in stride(from: 4096, to: whole.count, by: 4096) {
            let path = folder.write("cut.mdb", whole.prefix(count))
            do throws(Failure) {
                _ = try SecretStore(at: Array(path.utf8)).secret(of: Login("login1"), with: ring)
                Issue.record("\(count) bytes are not refused")
            } catch {
                #expect("\(error)".hasPrefix("temporary: store cannot be opened"))
            }
        }
    }

    @Test func `a FIFO in the store's place is a temporary failure, and nobody waits for it`() throws {
        let ring = try create()
        mkfifo(folder("fifo"), 0o600)
        do throws(Failure) {
            _ = try SecretStore(at: Array(folder("fifo").utf8)).secret(of: Login("alice"), with: ring)
            Issue.record("not refused")
        } catch {
            guard case .temporary = error else {
                Issue.record("\(error)")
                return
            }
        }
    }

    @Test func `an empty file is not taken for a new store`() throws {
        let ring = try create()
        let path = folder.write("empty.mdb", [], mode: 0o644)
        do throws(Failure) {
            try SecretStore(at: Array(path.utf8)).set(Secret("x"), of: Login("alice"), now: 1, with: ring)
            Issue.record("not refused")
        } catch {
            #expect(FileManager.default.contents(atPath: path) == Data())
        }
    }

    @Test(arguments: [[UInt8](), Array("this is no database".utf8), [UInt8](repeating: 0, count: 8192)])
    func `a file that is no store is a temporary failure`(contents: [UInt8]) throws {
        let ring = try create()
        let path = folder.write("bad.mdb", contents)
        do throws(Failure) {
            _ = try SecretStore(at: Array(path.utf8)).secret(of: Login("alice"), with: ring)
            Issue.record("not refused")
        } catch {
            guard case .temporary = error else {
                Issue.record("\(error)")
                return
            }
        }
    }
}
