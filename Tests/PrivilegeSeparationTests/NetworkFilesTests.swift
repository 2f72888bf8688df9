import CheckpwdCore
@testable import PrivilegeSeparation
import TestSupport
import Testing

/// The files that the parent reads for the network process.
@Suite struct NetworkFilesTests {
    private let folder = Folder()

    private func failure(_ chain: String, _ key: String) -> String? {
        let provisions = NetworkFiles(certificates: [(Array(chain.utf8), Array(key.utf8))], senderMap: nil)
        return TestSupport.failure { () throws(Failure) in _ = try provisions.certificateMessages() }?.description
    }

    @Test func `a certificate and its key are one message`() throws {
        let chain = folder.write("chain", "CHAIN".utf8)
        let key = folder.write("key", "KEY".utf8)
        #expect(failure(chain, key) == nil)
    }

    @Test func `certificates are sent all together, or none if one file cannot be read`() throws {
        let paths = (0..<3).map { Array(folder.write("\($0)", "x".utf8).utf8) }
        var provisions = NetworkFiles(certificates: paths.map { ($0, $0) }, senderMap: nil)
        #expect(try provisions.certificateMessages().count == 3)
        provisions.certificates[2].key = Array(folder("none").utf8)
        let failure = TestSupport.failure { () throws(Failure) in _ = try provisions.certificateMessages() }?.description
        #expect(failure == "temporary: cannot read: \(folder("none")): No such file or directory")
    }

    @Test func `what cannot be one is refused, and named`() {
        let good = folder.write("good", "x".utf8)
        let empty = folder.write("empty", [])
        let long = folder.write("long", [UInt8](repeating: 65, count: ParentMessage.longestCertificate + 1))
        #expect(failure(folder("none"), good) == "temporary: cannot read: \(folder("none")): No such file or directory")
        #expect(failure(good, folder("none")) == "temporary: cannot read: \(folder("none")): No such file or directory")
        #expect(failure(empty, good) == "temporary: file is empty: \(empty)")
        #expect(failure(long, good) == "temporary: file too long: \(long)")
        #expect(failure(good, long) == "temporary: file too long: \(long)")
        #expect(failure("/dev/zero", good) == "temporary: not a file: /dev/zero")
        #expect(failure(folder.path, good) == "temporary: not a file: \(folder.path)")
    }

    @Test func `where there is none, nothing is sent`() throws {
        #expect(try NetworkFiles(certificates: [], senderMap: nil).certificateMessages().isEmpty)
        #expect(try NetworkFiles(certificates: [], senderMap: nil).senderMapMessage() == nil)
    }
}
