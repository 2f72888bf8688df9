import Foundation
import TestSupport
import Testing

/// The corpus of `make fuzz`, replayed without the fuzzer: what was once found stays found.
@Suite struct FuzzTests {
    /// Every file of the corpus, with its target.
    private static let corpus = FuzzTarget.allCases.flatMap { target in
        let folder = Stage.repository("Tests/Fuzz/Corpus/\(target.rawValue)")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.sorted().map { (target, "\(folder)/\($0)") }
    }

    @Test(arguments: corpus)
    func `what must hold holds for each input`(target: FuzzTarget, path: String) throws {
        let contents = try #require(FileManager.default.contents(atPath: path))
        #expect(throws: Never.self) { try target.check(Array(contents)) }
    }

    @Test(arguments: FuzzTarget.allCases)
    func `each target has inputs, none larger than it tries`(target: FuzzTarget) throws {
        let files = Self.corpus.filter { $0.0 == target }.map(\.1)
        #expect(!files.isEmpty)
        for file in files {
            #expect(try #require(FileManager.default.contents(atPath: file)).count <= target.limit, "\(file)")
        }
    }

    @Test func `of the records one opens`() throws {
        let contents = try Self.corpus.filter { $0.0 == .record }.map {
            try #require(FileManager.default.contents(atPath: $0.1))
        }
        #expect(try contents.compactMap { try RecordFuzz.open(Array($0)) } == [Array("pass".utf8)])
    }
}
