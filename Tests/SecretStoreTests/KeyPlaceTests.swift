import CheckpwdCore
import Foundation
@testable import SecretStore
import TestSupport
import Testing

@Suite struct KeyPlaceTests {
    private let folder = Folder()

    @Test func `systemd's credential is the key where there is one, else the usual file`() {
        let usual = KeyPlace.file([UInt8](SecretStore.defaultKeyPath))
        #expect(KeyPlace.standard(credentials: nil) == usual)
        #expect(KeyPlace.standard(credentials: Array(folder.path.utf8)) == usual)
        folder.write("store.key", [1])
        let credential = KeyPlace.standard(credentials: Array(folder.path.utf8))
        #expect(credential == .credential(folder: Array(folder.path.utf8)))
        #expect(credential.path.text == folder("store.key"))
    }

    @Test func `a folder that is no absolute path is nobody's credentials`() {
        #expect(KeyPlace.standard(credentials: Array("relative".utf8)) == .file([UInt8](SecretStore.defaultKeyPath)))
        #expect(KeyPlace.standard(credentials: []) == .file([UInt8](SecretStore.defaultKeyPath)))
    }

    /// As systemd lays it down for a service with `User=`: an ACL's mask shows as the group's permissions.
    @Test func `a credential may be readable by its group`() throws {
        folder.write("store.key", "01020304:\(String(repeating: "5a", count: 32))\n".utf8, mode: 0o440)
        chmod(folder.path, 0o550)
        defer { chmod(folder.path, 0o700) }
        #expect(try KeyRing(at: .credential(folder: Array(folder.path.utf8))).current.bytes == [1, 2, 3, 4])
        let asFile = failure { () throws(Failure) in _ = try KeyRing(at: .file(Array(folder("store.key").utf8))) }
        #expect("\(asFile!)".hasPrefix("temporary: not private"))
    }
}
