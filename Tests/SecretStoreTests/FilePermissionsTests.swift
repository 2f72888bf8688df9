import CheckpwdCore
import Foundation
import TestSupport
import Testing

@testable import SecretStore

@Suite struct FilePermissionsTests {
    private let folder = Folder()

    private func problem(_ path: String, _ kind: FilePermissions.Kind) -> String? {
        failure { () throws(Failure) in try FilePermissions.require(Array(path.utf8), kind) }.map { "\($0)" }
    }

    @Test(arguments: [
        (FilePermissions.Kind.file, mode_t(0o644), "mode 0644, wanted 0600"), (.file, 0o620, "mode 0620, wanted 0600"),
        (.file, 0o601, "mode 0601, wanted 0600"), (.credential, 0o444, "mode 0444, wanted 0440"),
        (.credential, 0o460, "mode 0460, wanted 0440"),
    ])
    func `a file that others can touch is refused, with what is wanted`(kind: FilePermissions.Kind, mode: mode_t, what: String) {
        let path = folder.write("file", [1], mode: mode)
        #expect(problem(path, kind)?.hasPrefix("temporary: not private: \(path): \(what); ") == true)
    }

    @Test(arguments: [
        (FilePermissions.Kind.folder, mode_t(0o755), "mode 0755, wanted 0700"), (.folder, 0o720, "mode 0720, wanted 0700"),
        (.folder, 0o1777, "mode 1777, wanted 0700"), (.credentialFolder, 0o555, "mode 0555, wanted 0550"),
    ])
    func `so is a folder`(kind: FilePermissions.Kind, mode: mode_t, what: String) {
        mkdir(folder("inner"), 0o700)
        chmod(folder("inner"), mode)
        #expect(problem(folder("inner"), kind)?.hasPrefix("temporary: not private: \(folder("inner")): \(what); ") == true)
    }

    @Test(arguments: [(FilePermissions.Kind.file, mode_t(0o600)), (.file, 0o400), (.credential, 0o440), (.credential, 0o400)])
    func `what is its owner's alone passes`(kind: FilePermissions.Kind, mode: mode_t) {
        #expect(problem(folder.write("file", [1], mode: mode), kind) == nil)
    }

    @Test func `a symbolic link, and what is of another kind, are refused`() throws {
        folder.write("real", [1])
        try FileManager.default.createSymbolicLink(atPath: folder("link"), withDestinationPath: folder("real"))
        #expect(problem(folder("link"), .file)?.contains("a symbolic link, wanted a plain file") == true)
        #expect(problem(folder("link"), .folder)?.contains("a symbolic link, wanted a folder") == true)
        #expect(problem(folder("real"), .folder)?.contains("something else, wanted a folder") == true)
        #expect(problem(folder.path, .file)?.contains("something else, wanted a plain file") == true)
    }

    @Test(.enabled(if: geteuid() == 0)) func `what somebody else owns is refused`() {
        let path = folder.write("file", [1])
        chown(path, 12345, 12345)
        #expect(problem(path, .file)?.contains("owner 12345, wanted 0 (root)") == true)
    }

    @Test func `what is not there passes: whoever opens it finds out`() {
        #expect(problem(folder("none"), .file) == nil)
    }

    @Test(arguments: [("/a/b", "/a"), ("/a", "/"), ("a", "."), ("a/b/c", "a/b"), ("/a//b", "/a"), ("//a", "/")])
    func `the folder of a path is what stands before its last part`(path: String, expected: String) {
        #expect(FilePermissions.folder(of: Array(path.utf8)).text == expected)
    }
}
