import CheckpwdCore
import Cryptography
import TestSupport
import Testing

@Suite struct MessageDigestTests {
    /// RFC 1321, FIPS 180, and the RIPEMD-160 paper: the digest of 'abc'.
    @Test(arguments: [
        (MessageDigest.md5, "900150983cd24fb0d6963f7d28e17f72"),
        (.sha1, "a9993e364706816aba3e25717850c26c9cd0d89d"),
        (.sha224, "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7"),
        (.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            .sha384,
            "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7"
        ),
        (
            .sha512,
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd"
                + "454d4423643ce80e2a9ac94fa54ca49f"
        ),
        (.ripemd160, "8eb208f7e05d987a9b044a8e98c6b087f15a0bfc"),
    ])
    func `digests are the published ones`(digest: MessageDigest, hex: String) throws {
        let computed = try Array("abc".utf8).withUnsafeBytes { try digest.digest(of: $0) }
        #expect(Hex.encode(computed).text == hex)
        #expect(computed.count == digest.size)
    }

    /// RFC 2202, sections 2 and 3, RFC 4231, section 4.3, and RFC 2286, section 2: test case 2 of each.
    @Test(arguments: [
        (MessageDigest.md5, "750c783e6ab0b503eaa86e310a5db738"),
        (.sha1, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
        (.sha224, "a30e01098bc6dbbf45690f3a7e9e6d0f8bbea2a39e6148008fd05e44"),
        (.sha256, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
        (.ripemd160, "dda6c0213a485a9e24f4742064a7f033b43c4069"),
    ])
    func `HMACs are the published ones`(digest: MessageDigest, hex: String) throws {
        let computed = try Array("what do ya want for nothing?".utf8).withUnsafeBytes { text in
            try Array("Jefe".utf8).withUnsafeBytes { key in try digest.hmac(of: text, key: key) }
        }
        #expect(Hex.encode(computed).text == hex)
    }

    /// The published values of HMAC under an empty key: OpenSSL takes a null key for the key of before.
    @Test(arguments: [
        (MessageDigest.md5, "74e6f7298a9c2d168935f58c001bad88"),
        (.sha256, "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"),
    ])
    func `HMAC of nothing under an empty key is the published one`(digest: MessageDigest, hex: String) throws {
        let nothing = UnsafeRawBufferPointer(start: nil, count: 0)
        #expect(try Hex.encode(digest.hmac(of: nothing, key: nothing)).text == hex)
    }

    @Test(arguments: [MessageDigest.Approval.asConfigured, .waived])
    func `a digest does not depend on whether FIPS approval is waived`(approval: MessageDigest.Approval) throws {
        let computed = try Array("abc".utf8).withUnsafeBytes { try MessageDigest.md5.digest(of: $0, approval) }
        #expect(Hex.encode(computed).text == "900150983cd24fb0d6963f7d28e17f72")
        let keyed = try Array("what do ya want for nothing?".utf8).withUnsafeBytes { text in
            try Array("Jefe".utf8).withUnsafeBytes { key in try MessageDigest.md5.hmac(of: text, key: key, approval) }
        }
        #expect(Hex.encode(keyed).text == "750c783e6ab0b503eaa86e310a5db738")
    }
}
