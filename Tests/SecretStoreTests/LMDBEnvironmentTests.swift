import CheckpwdCore
import Foundation
import TestSupport
import Testing

@testable import SecretStore

@Suite struct LMDBEnvironmentTests {
    private let folder = Folder()
    private var path: [UInt8] { Array(folder("data.mdb").utf8) }

    private func put(_ count: Int, from first: Int = 0, limit: Int = .max) throws(Failure) {
        try LMDBEnvironment(at: path, for: .creating, limit: limit).write { (transaction) throws(Failure) in
            for number in first..<(first + count) {
                let status = transaction.put(Array("key \(number)".utf8), [UInt8](repeating: 7, count: 1000))
                guard status == 0 else { return status }
            }
            return 0
        }
    }

    private func keys(from start: String = "") throws -> [String] {
        var keys: [String] = []
        _ = try LMDBEnvironment(at: path, for: .reading).read { (transaction) throws(Failure) in
            try transaction.forEach(from: Array(start.utf8)) { (key, value) throws(Failure) in
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
            try LMDBEnvironment(at: path, for: .writing).write { (transaction) throws(Failure) in
                _ = transaction.put([1], [2])
                throw .temporary(Cause(Reason("no", "no")))
            }
        }
        #expect(try keys() == ["key 0"])
    }

    @Test func `a file that is not there is not created by a writer`() {
        let failure = failure { () throws(Failure) in _ = try LMDBEnvironment(at: path, for: .writing) }
        #expect("\(failure!)".hasSuffix("No such file or directory; checkpwdctl store init creates store and key"))
        #expect(!FileManager.default.fileExists(atPath: folder("data.mdb")))
    }

    /// Another process makes the file of a store larger than any map of it that is open here.
    private func grow(_ sample: SampleStore) {
        let lines = (0..<6000).map { "new\($0):secret\n" }.joined()
        let file = sample.folder.write("lines", lines.utf8)
        let command = [Stage.checkpwdctl, "secret", "import", "--format", "colon", file, "-S", sample.path, "-K", sample.keyPath]
        #expect(Program(command).run().status == 0)
    }

    @Test func `a writer goes on where another process let the store grow beyond its map`() throws {
        let sample = try SampleStore("alice")
        do {
            let environment = try LMDBEnvironment(at: Array(sample.path.utf8), for: .writing)
            grow(sample)
            try environment.write { (transaction) throws(Failure) in transaction.put(Array("bob".utf8), try transaction.value(of: Array("alice".utf8))!) }
        }
        #expect(try sample.keeper.entries().count == 6002)
        #expect(try sample.keeper.check().problems.count == 1)
    }

    @Test func `a reader says so where another process let the store grow beyond its map`() throws {
        let sample = try SampleStore("alice")
        let environment = try LMDBEnvironment(at: Array(sample.path.utf8), for: .reading)
        let before: Bool? = try environment.read { (_) throws(Failure) in true }
        #expect(before == true)
        grow(sample)
        let after: Bool? = try environment.read { (_) throws(Failure) in true }
        #expect(after == nil)
        _ = consume environment
        #expect(try sample.isWhole("alice"))
    }

    /// LMDB lets go of the old map first, and would go on without any.
    @Test(.disabled(if: Stage.isSanitized, "the sanitizer takes more address space than any limit here"))
    func `a map that cannot follow the store is a failure that names the limit`() async {
        await #expect(processExitsWith: .success) {
            let sample = try SampleStore("alice")
            let environment = try LMDBEnvironment(at: Array(sample.path.utf8), for: .writing)
            let lines = (0..<60_000).map { "new\($0):\(String(repeating: "s", count: 300))\n" }.joined()
            let file = sample.folder.write("lines", lines.utf8)
            let command = [Stage.checkpwdctl, "secret", "import", "--format", "colon", file, "-S", sample.path, "-K", sample.keyPath]
            precondition(Program(command).run().status == 0)
            let pages = Int(try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).prefix { $0 != " " })!
            let limit = rlim_t(pages * Int(getpagesize()) + 8 << 20)
            var bound = rlimit(rlim_cur: limit, rlim_max: limit)
            precondition(setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &bound) == 0)
            let failure = failure { () throws(Failure) in try environment.write { (_) throws(Failure) in 0 } }
            let expected =
                "temporary: store cannot be mapped: \(sample.path): the address space is limited to \(limit) bytes (ulimit -v): "
            precondition("\(failure!)".hasPrefix(expected), "\(failure!)")
        }
    }

    @Test func `a reader that was killed does not make the store grow`() throws {
        let sample = try SampleStore()
        try sample.fill((0..<2000).map { "login\($0)" })
        let environment = try LMDBEnvironment(at: Array(sample.path.utf8), for: .writing, limit: 1 << 20)
        let reader = Process()
        let pipe = Pipe()
        reader.executableURL = URL(fileURLWithPath: Stage.checkpwdctl)
        reader.arguments = ["secret", "export", "--reveal", "-S", sample.path, "-K", sample.keyPath]
        reader.standardOutput = pipe
        try reader.run()
        // More than the pipe holds is to come: it reads.
        _ = try pipe.fileHandleForReading.read(upToCount: 1)
        kill(reader.processIdentifier, SIGKILL)
        reader.waitUntilExit()
        for _ in 0..<10 {
            try environment.write { (transaction) throws(Failure) in
                var records: [([UInt8], [UInt8])] = []
                try transaction.forEach { (key, value) throws(Failure) in
                    records.append((key, Array(value)))
                    return true
                }
                for (key, value) in records {
                    let status = transaction.put(key, value)
                    guard status == 0 else { return status }
                }
                return 0
            }
        }
    }

    /// A login's caller may have bounded its address space.
    @Test func `the map of what is volatile goes by the data, and not by the last writer's map`() throws {
        let environment = try LMDBEnvironment(at: path, for: .creatingVolatile)
        try environment.write { (transaction) throws(Failure) in
            for number in 0..<9000 {
                let status = transaction.put(Array("key \(number)".utf8), [UInt8](repeating: 7, count: 1000))
                guard status == 0 else { return status }
            }
            return 0
        }
        let sizes = try environment.information()
        #expect(sizes.usedSize > 9 << 20 && sizes.mapSize < sizes.usedSize + 2 << 20)
        _ = consume environment
        let again = try LMDBEnvironment(at: path, for: .creatingVolatile).information()
        #expect(again.mapSize < again.usedSize + 2 << 20)
    }

    /// Of two who made it longer at once, the one could cut off what the other wrote.
    @Test func `the file's length is changed within a transaction only`() throws {
        try put(1)
        func length() throws -> Int? {
            try FileManager.default.attributesOfItem(atPath: folder("data.mdb"))[.size] as? Int
        }
        let full = try length()
        truncate(folder("data.mdb"), 3 * 4096)
        let environment = try LMDBEnvironment(at: path, for: .writing)
        #expect(try length() == 3 * 4096)
        try environment.write { (_) throws(Failure) in 0 }
        #expect(try length() == full)
    }
}
