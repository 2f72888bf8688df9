import CheckpwdCore
import Cryptography
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
        let result = try seal(text, key: key, nonce: nonce, associated: [])
        #expect(Hex.encode(result).text == sealed)
    }

    /// Test case 16 of the same: associated data, and a text that fills no whole number of blocks.
    @Test func `sealing with associated data is that of the specification`() throws {
        let sealed = try seal(
            bytes(
                "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525"
                    + "b16aedf5aa0de657ba637b39"),
            key: bytes("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"),
            nonce: bytes("cafebabefacedbaddecaf888"), associated: bytes("feedfacedeadbeeffeedfacedeadbeefabaddad2"))
        #expect(
            Hex.encode(sealed).text
                == "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838"
                + "c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b")
    }

    private func seal(_ text: [UInt8], key: [UInt8], nonce: [UInt8], associated: [UInt8]) throws -> [UInt8] {
        try text.withUnsafeBytes { text in
            try AES256GCM.seal(text, key: Secret(copying: key), nonce: nonce, associated: associated)
        }
    }

    private func bytes(_ hex: String) -> [UInt8] {
        let digits = hex.utf8.map { Hex.value($0)! }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }

    private func open(
        _ sealed: [UInt8], key: [UInt8]? = nil, nonce: [UInt8]? = nil, associated: String = "alice"
    ) throws -> String? {
        let opened = try AES256GCM.open(
            sealed[...], key: Secret(copying: key ?? self.key), nonce: nonce ?? self.nonce,
            associated: Array(associated.utf8))
        guard let opened else { return nil }
        return opened.text()
    }

    @Test func `what was sealed opens, and only as it was sealed`() throws {
        let sealed = try seal(Array("pass".utf8), key: key, nonce: nonce, associated: Array("alice".utf8))
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
