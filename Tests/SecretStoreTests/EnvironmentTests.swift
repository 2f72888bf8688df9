import Credentials
import Foundation
import TestSupport
import Testing
import Verdicts

@testable import SecretStore

@Suite struct EnvironmentTests {
    private let folder = Folder()
    private var path: [UInt8] { Array(folder("data.mdb").utf8) }

    private func put(_ count: Int, from first: Int = 0, limit: Int = .max) throws(Failure) {
        try Environment(at: path, for: .creating, limit: limit).write { (view) throws(Failure) in
            for number in first..<(first + count) {
                let status = view.put(Array("key \(number)".utf8), [UInt8](repeating: 7, count: 1000))
                guard status == 0 else { return status }
            }
            return 0
        }
    }

    private func keys(from start: String = "") throws -> [String] {
        var keys: [String] = []
        _ = try Environment(at: path, for: .reading).read { (view) throws(Failure) in
            try view.forEach(from: Array(start.utf8)) { (key, value) throws(Failure) in
                keys.append(key.text)
                return value.count == 1000
            }
        }
        return keys
    }

    @Test func `keys come in their order, from any of them on`() throws {
        try put(5)
        #expect(try keys() == ["key 0", "key 1", "key 2", "key 3", "key 4"])
        #expect(try keys(from: "key 3") == ["key 3", "key 4"])
        #expect(try keys(from: "key 31") == ["key 4"])
        #expect(try keys(from: "l") == [])
    }

    @Test func `the map grows with the data, up to the limit, and then it is full`() throws {
        let limit = 2_000_000
        try put(1200, limit: limit)
        let failure = failure { () throws(Failure) in try put(1200, from: 1200, limit: limit) }
        #expect("\(failure!)".hasPrefix("temporary: store full: \(folder("data.mdb")): 2000000 bytes are the most; "))
        // What did not fit was one transaction: nothing of it is there.
        #expect(try keys().count == 1200)
        try put(1200, from: 1200)
        #expect(try keys().count == 2400)
    }

    @Test func `what throws in a transaction changes nothing`() throws {
        try put(1)
        _ = failure { () throws(Failure) in
            try Environment(at: path, for: .writing).write { (view) throws(Failure) in
                _ = view.put([1], [2])
                throw .temporary(Cause("no"))
            }
        }
        #expect(try keys() == ["key 0"])
    }

    @Test func `a file that is not there is not created by a writer`() {
        let failure = failure { () throws(Failure) in _ = try Environment(at: path, for: .writing) }
        #expect("\(failure!)".hasSuffix("No such file or directory; checkpwdctl store init creates store and key"))
        #expect(!FileManager.default.fileExists(atPath: folder("data.mdb")))
    }
}
