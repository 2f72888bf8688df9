import CheckpwdCore
import Foundation
@testable import SecretStore
import TestSupport
import Testing

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
