import Checkpassword
import CheckpwdCore
import Foundation
import SecretStore
import TestSupport
import Testing

@testable import Accounts
@testable import PAMDoctor

/// Store and key where an administrator put them.
@Suite struct InstallationChecksTests {
    private let folder = Folder()

    /// A folder with a store and a key in it.
    private func fill(_ name: String, mode: mode_t = 0o700) -> (store: String, key: String) {
        try! FileManager.default.createDirectory(atPath: folder(name), withIntermediateDirectories: true)
        let meta = [UInt8](repeating: 0, count: 16) + withUnsafeBytes(of: UInt32(0xBEEF_C0DE), Array.init)
        let store = folder.write("\(name)/secrets.mdb", meta)
        let key = folder.write("\(name)/store.key", ("01234567:" + String(repeating: "a", count: 64) + "\n").utf8)
        chmod(folder(name), mode)
        return (store, key)
    }

    private func findings(_ store: String, _ key: String, as caller: Identity? = nil) -> [Finding] {
        InstallationChecks(store: .file(Array(store.utf8)), keyFile: Array(key.utf8), caller: caller, folders: []).privacy()
    }

    private func commands(_ findings: [Finding]) -> [String] {
        findings.flatMap { finding -> [String] in if case .run(let commands) = finding.remedy { commands } else { [] } }
    }

    @Test func `store and key that nobody else can reach are not spoken of`() {
        let (store, key) = fill("own")
        #expect(findings(store, key) == [])
        #expect(findings(folder("nowhere/x"), key) == [])
    }

    @Test func `modes are mended by commands that a shell takes as they are`() {
        let (store, key) = fill("my folder", mode: 0o755)
        chmod(store, 0o644)
        chmod(key, 0o640)
        let found = findings(store, key)
        #expect(found.map(\.what) == ["not private: mode 0644, wanted 0600", "not private: mode 0640, wanted 0600", "not private: mode 0755, wanted 0700"])
        let commands = commands(found)
        #expect(commands == ["chmod 0600 '\(store)'", "chmod 0600 '\(key)'", "chmod 0700 '\(folder("my folder"))'"])
        for command in commands { #expect(Program(["/bin/sh", "-c", command]).run().status == 0) }
        #expect(findings(store, key) == [])
    }

    /// `-K /etc/store.key` must not end in `chmod 0700 /etc`.
    @Test(arguments: [("etc", nil), ("srv", nil), ("mine", "somebody-elses"), ("mine", "store")] as [(String, String?)])
    func `a folder that others may need is never told to be closed`(name: String, other: String?) {
        let (store, key) = fill(name, mode: 0o755)
        if let other { folder.write("\(name)/\(other)", []) }
        let found = findings(store, key)
        #expect(found.map(\.what) == ["not private: mode 0755, wanted 0700"])
        #expect(commands(found) == [])
        #expect(found[0].why.contains("move store and key out of it, each to a folder of its own"))
    }

    @Test func `beside store and key may lie what we wrote`() {
        let (store, key) = fill("mine", mode: 0o755)
        for name in ["secrets.mdb-lock", "secrets.mdb.replaced", "store.key.new"] { folder.write("mine/\(name)", []) }
        #expect(commands(findings(store, key)) == ["chmod 0700 \(folder("mine"))"])
    }

    @Test func `no command follows a symbolic link`() {
        let (store, key) = fill("own")
        let manager = FileManager.default
        try! manager.createSymbolicLink(atPath: folder("own/link"), withDestinationPath: store)
        try! manager.createSymbolicLink(atPath: folder("way"), withDestinationPath: folder("own"))
        for (store, what) in [
            (folder("own/link"), "not private: a symbolic link, wanted a plain file"),
            (folder("way/secrets.mdb"), "not private: a symbolic link, wanted a folder"),
            (folder("own"), "not private: something else, wanted a plain file"),
        ] {
            let found = findings(store, key)
            #expect(found.contains { $0.what == what && $0.why.contains("itself here") })
            #expect(commands(found) == [])
        }
    }

    @Test func `a file that is neither store nor key is left to whom it belongs`() {
        let passwd = folder.write("passwd", "root:x:0:0:root:/root:/bin/bash\n".utf8, mode: 0o644)
        let found = findings(passwd, passwd)
        #expect(found.map(\.what) == ["not private: mode 0644, wanted 0600", "not private: mode 0644, wanted 0600"])
        #expect(commands(found) == [])
    }

    @Test func `a missing key does not hide what is wrong with the store`() {
        let (store, key) = fill("own", mode: 0o750)
        chmod(store, 0o660)
        unlink(key)
        #expect(findings(store, key).map(\.what) == ["not private: mode 0660, wanted 0600", "the store has no key", "not private: mode 0750, wanted 0700"])
    }

    @Test(.enabled(if: geteuid() == 0)) func `what is another's is told to be made root's, unless that is a folder`() throws {
        let (store, key) = fill("own")
        for path in [store, folder("own")] { chown(path, 65534, 65534) }
        let found = findings(store, key)
        #expect(found.map(\.what) == ["not private: owner 65534, wanted 0 (root)", "not private: owner 65534, wanted 0 (root)"])
        #expect(commands(found) == ["chown root:root \(store)"])
        // Who runs pam-checkpwd may own them; what is root's then is closed to them.
        let nobody = try #require(try Identity.find(LoginName("nobody")))
        let closed = findings(store, key, as: nobody)
        #expect(closed.map(\.what) == ["closed to nobody"] && closed[0].place.file == key)
        chown(key, 65534, 65534)
        #expect(findings(store, key, as: nobody) == [])
    }
}
