import Foundation
import SecretStore
import TestSupport
import Testing
import Verdicts

@testable import StoreKeeping

@Suite struct KeyFileWritingTests {
    @Test func `an existing file is never replaced by a new key`() throws {
        let sample = try SampleStore()
        let before = FileManager.default.contents(atPath: sample.keyPath)
        let failure = failure { () throws(Failure) in try KeyFileWriting.create(Array(sample.keyPath.utf8)) }
        #expect("\(failure!)".hasPrefix("temporary: key file cannot be created: \(sample.keyPath): File exists"))
        #expect(FileManager.default.contents(atPath: sample.keyPath) == before)
    }

    @Test func `what somebody left who was killed while writing is in nobody's way`() throws {
        let sample = try SampleStore("alice")
        sample.folder.write("keys/store.key.new", Array("half".utf8))
        #expect(try sample.keeper.rekey().resealed == 1)
        #expect(try FileManager.default.contentsOfDirectory(atPath: sample.folder("keys")) == ["store.key"])
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
