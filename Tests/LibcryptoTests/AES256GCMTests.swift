import ByteStrings
import Credentials
import Libcrypto
import TestSupport
import Testing

@Suite struct AES256GCMTests {
    private let key = [UInt8](repeating: 0, count: 32)
    private let nonce = [UInt8](repeating: 0, count: 12)

    /// Test cases 13 and 14 of the GCM specification (McGrew and Viega).
    @Test(arguments: [
        ([UInt8](), "530f8afbc74536b9a963b4f1c4cb738b"),
        ([UInt8](repeating: 0, count: 16), "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"),
    ])
    func `sealing is that of the specification`(text: [UInt8], sealed: String) throws {
        let result = try AES256GCM().seal(
            Secret(copying: text), key: Secret(copying: key), nonce: nonce, associated: [])
        #expect(Hex.encode(result).text == sealed)
    }

    private func open(
        _ sealed: [UInt8], key: [UInt8]? = nil, nonce: [UInt8]? = nil, associated: String = "alice"
    ) throws -> String? {
        let opened = try AES256GCM().open(
            sealed[...], key: Secret(copying: key ?? self.key), nonce: nonce ?? self.nonce,
            associated: Array(associated.utf8))
        guard let opened else { return nil }
        return opened.text()
    }

    @Test func `what was sealed opens, and only as it was sealed`() throws {
        let sealed = try AES256GCM().seal(
            Secret("pass"), key: Secret(copying: key), nonce: nonce, associated: Array("alice".utf8))
        #expect(try open(sealed) == "pass")
        #expect(try open(sealed, associated: "bob") == nil)
        #expect(try open(sealed, key: [UInt8](repeating: 1, count: 32)) == nil)
        #expect(try open(sealed, nonce: [UInt8](repeating: 1, count: 12)) == nil)
        #expect(try open(Array(sealed.dropLast())) == nil)
        #expect(try open([]) == nil)
        for index in sealed.indices {
            var changed = sealed
            changed[index] ^= 1
            #expect(try open(changed) == nil)
        }
    }
}
