import ByteStrings
import Libcrypto
import TestSupport
import Testing

@Suite struct MD5Tests {
    /// RFC 1321, appendix A.5.
    @Test(arguments: [
        ("", "d41d8cd98f00b204e9800998ecf8427e"), ("abc", "900150983cd24fb0d6963f7d28e17f72"),
        ("message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
    ])
    func `MD5 is that of RFC 1321`(text: String, digest: String) throws {
        #expect(Hex.encode(try bytes(text) { try MD5.digest(of: $0) }).text == digest)
    }

    /// RFC 2202, section 2.
    @Test func `HMAC-MD5 is that of RFC 2202`() throws {
        let digest = try bytes("what do ya want for nothing?") { text in
            try bytes("Jefe") { key in try MD5.hmac(of: text, key: key) }
        }
        #expect(Hex.encode(digest) == "750c783e6ab0b503eaa86e310a5db738")
    }

    private func bytes(_ text: String, _ body: (UnsafeRawBufferPointer) throws -> [UInt8]) throws -> [UInt8] {
        try Array(text.utf8).withUnsafeBytes(body)
    }
}
