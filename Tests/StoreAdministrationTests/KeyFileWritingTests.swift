import CheckpwdCore
import Foundation
import SecretStore
@testable import StoreAdministration
import TestSupport
import Testing

@Suite struct KeyFileWritingTests {
    @Test func `an existing file is never replaced by a new key`() throws {
        let sample = try SampleStore()
        let before = FileManager.default.contents(atPath: sample.keyPath)
        let failure = failure { () throws(Failure) in try KeyFileWriting.create(Array(sample.keyPath.utf8)) }
        #expect("\(failure!)".hasPrefix("temporary: key file cannot be created: \(sample.keyPath): File exists"))
        #expect(FileManager.default.contents(atPath: sample.keyPath) == before)
    }

    @Test func `what somebody left who was killed while writing goes with the next key, and nothing else does`() throws {
        let sample = try SampleStore("alice")
        let others = ["store.key.new", "store.key.0123456789abcdeg.new", "other.key.0123456789abcdef.new", "store.key.0123456789abcdef"]
        for name in others + ["store.key.0123456789abcdef.new"] { sample.folder.write("keys/" + name, "half".utf8) }
        #expect(try sample.keeper.rekey().resealed == 1)
        #expect(try Set(FileManager.default.contentsOfDirectory(atPath: sample.folder("keys"))) == Set(others + ["store.key"]))
    }

    @Test func `no two keys have one name`() throws {
        var draws: [[UInt8]] = [[1, 2, 3, 4], [5, 6, 7, 8], [9, 9, 9, 9]]
        let ids = [KeyID(bytes: [5, 6, 7, 8]), KeyID(bytes: [1, 2, 3, 4])]
        let name = try KeyFileWriting.newName(besides: ids) { (_) throws(Failure) in draws.removeFirst() }
        #expect(name == KeyID(bytes: [9, 9, 9, 9]))
    }

    @Test func `a file that nobody could read any more is not written`() throws {
        let sample = try SampleStore("alice")
        let text = try String(contentsOfFile: sample.keyPath, encoding: .utf8)
        let comment = "# " + String(repeating: "x", count: KeyFile.limit - text.utf8.count - 3) + "\n"
        sample.folder.write("keys/store.key", (text + comment).utf8)
        let failure = failure { () throws(Failure) in _ = try sample.keeper.rekey() }
        #expect("\(failure!)".hasPrefix("temporary: key file too large: \(sample.keyPath): 16384 bytes are the most; "))
        #expect(try String(contentsOfFile: sample.keyPath, encoding: .utf8) == text + comment)
        #expect(try sample.isWhole("alice"))
    }

    @Test func `comments in the file outlast the beginning of a rekeying, and go with the old keys`() throws {
        let sample = try SampleStore()
        let text = try String(contentsOfFile: sample.keyPath, encoding: .utf8)
        sample.folder.write("keys/store.key", ("# ours\n" + text).utf8)
        try KeyFileWriting.beginRekeying(Array(sample.keyPath.utf8), KeyRing(at: sample.keys))
        #expect(try String(contentsOfFile: sample.keyPath, encoding: .utf8).hasSuffix("# ours\n" + text))
        try KeyFileWriting.endRekeying(Array(sample.keyPath.utf8), KeyRing(at: sample.keys))
        let ended = try String(contentsOfFile: sample.keyPath, encoding: .utf8)
        #expect(ended.split(separator: "\n").count == 1 && !ended.contains("#"))
    }
}
