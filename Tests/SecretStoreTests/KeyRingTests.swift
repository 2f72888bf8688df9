import CheckpwdCore
import Foundation
@testable import SecretStore
import TestSupport
import Testing

@Suite struct KeyRingTests {
    private let folder = Folder()
    private let digits = String(repeating: "0123456789abcdef", count: 4)

    private func ring(_ text: String, mode: mode_t = 0o600) -> (current: String?, failure: Failure?) {
        let path = folder.write("key", text.utf8, mode: mode)
        do throws(Failure) {
            return (try KeyRing(at: .file(Array(path.utf8))).current.bytes.map { String(format: "%02x", $0) }.joined(), nil)
        } catch {
            return (nil, error)
        }
    }

    @Test func `the first key is the one that seals`() {
        #expect(ring("# the side store's keys\n\n01020304:\(digits)\na1a2a3a4:\(digits)\n").current == "01020304")
    }

    @Test func `a key file may begin with a byte-order mark`() throws {
        #expect(ring("\u{FEFF}01020304:\(digits)\n").current == "01020304")
        #expect(ring("\u{FEFF}# comment\n01020304:\(digits)\n").current == "01020304")
    }

    @Test func `every key of the ring is found by its name`() throws {
        let other = String(repeating: "ff", count: 32)
        let path = folder.write("key", "01020304:\(digits)\na1a2a3a4:\(other)".utf8)
        let ring = try KeyRing(at: .file(Array(path.utf8)))
        let found = try ring.withKey(KeyID(bytes: [0xA1, 0xA2, 0xA3, 0xA4])) { (key) throws(Failure) in
            key.withUnsafeBytes { Array($0) }
        }
        #expect(found == [UInt8](repeating: 0xFF, count: 32))
        let absent = try ring.withKey(KeyID(bytes: [9, 9, 9, 9])) { (_) throws(Failure) in true }
        #expect(absent == nil)
    }

    @Test(arguments: [
        ("empty", ""), ("only a comment", "# no key\n"), ("no name", String(repeating: "0", count: 64)),
        ("short", "01020304:0123\n"), ("not hexadecimal", "01020304:" + String(repeating: "0g", count: 32)),
        ("a good key, then a bad line", "01020304:\(String(repeating: "00", count: 32))\nx\n"),
    ])
    func `a damaged key file is a temporary failure that names it`(kind: String, text: String) {
        let failure = ring(text).failure
        #expect("\(failure!)".hasPrefix("temporary: key file damaged: \(folder("key"))"), "\(kind)")
    }

    /// Cut off, it would be a ring without its last keys.
    @Test func `a key file that is too large is refused, and not cut off`() {
        let start = "01020304:\(digits)\n#"
        let room = KeyFile.limit - start.utf8.count
        #expect(ring(start + String(repeating: "x", count: room)).current == "01020304")
        let failure = ring(start + String(repeating: "x", count: room + 1)).failure
        #expect("\(failure!)".hasPrefix("temporary: key file too large: \(folder("key")): 16384 bytes are the most; "))
    }

    @Test(arguments: [mode_t(0o640), 0o604, 0o620, 0o777])
    func `a key file that others could touch is refused`(mode: mode_t) {
        let failure = ring("01020304:\(digits)\n", mode: mode).failure
        #expect("\(failure!)".hasPrefix("temporary: not private: \(folder("key")): mode"))
    }

    @Test func `a symbolic link in the key file's place is refused`() throws {
        folder.write("real", "01020304:\(digits)\n".utf8)
        try FileManager.default.createSymbolicLink(atPath: folder("link"), withDestinationPath: folder("real"))
        let failure = failure { () throws(Failure) in _ = try KeyRing(at: .file(Array(folder("link").utf8))) }
        #expect("\(failure!)".hasPrefix("temporary: not private: \(folder("link")): a symbolic link, wanted a plain file"))
    }

    @Test func `a missing key file is a temporary failure that says how to make one`() {
        let failure = failure { () throws(Failure) in _ = try KeyRing(at: .file(Array(folder("none").utf8))) }
        #expect("\(failure!)".contains("No such file or directory; checkpwdctl store init creates store and key"))
    }
}
