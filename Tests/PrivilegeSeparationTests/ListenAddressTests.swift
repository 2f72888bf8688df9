import CheckpwdCore
@testable import PrivilegeSeparation
import TestSupport
import Testing

/// Addresses as `--listen` takes them.
@Suite struct ListenAddressTests {
    @Test(arguments: ["127.0.0.1:25", "[::1]:587", "0.0.0.0:0", "[::]:65535"])
    func `a numeric address and a port are one`(text: String) {
        #expect(ListenAddress(Array(text.utf8))?.text.text == text)
    }

    @Test(arguments: [
        "", ":25", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1: 25", "localhost:25", "::1:25",
        "[::1]", "[127.0.0.1]:25", "[::1:25", "127.0.0.1:25x", "[]:25", "127.0.0.1\0:25",
    ])
    func `anything else is none`(text: String) {
        #expect(ListenAddress(Array(text.utf8)) == nil)
    }

    @Test(arguments: ["127.0.0.1:0", "[::1]:0"])
    func `it says which port was free`(text: String) throws {
        let listener = try #require(ListenAddress(Array(text.utf8))).listen()
        let port = Int(listener.address.text.split(separator: ":").last!)
        #expect(try #require(port) > 0)
        #expect(listener.address.text.hasPrefix(text.dropLast()))
    }

    @Test func `an address that is taken is a temporary failure`() throws {
        let first = try #require(ListenAddress(Array("127.0.0.1:0".utf8))).listen()
        let address = try #require(ListenAddress(first.address))
        let failure = failure { () throws(Failure) in _ = try address.listen() }
        #expect(failure?.description.hasPrefix("temporary: cannot listen: \(address.text.text): Address already in use") == true)
    }
}
