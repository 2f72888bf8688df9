import CheckpwdCore
import SASL
import TestSupport
import Testing

@Suite("Base64")
struct Base64Tests {
    /// RFC 4648 section 10, then the values that use every kind of digit.
    static let pairs: [([UInt8], String)] = [
        ([], ""), (Array("f".utf8), "Zg=="), (Array("fo".utf8), "Zm8="), (Array("foo".utf8), "Zm9v"),
        (Array("foob".utf8), "Zm9vYg=="), (Array("fooba".utf8), "Zm9vYmE="), (Array("foobar".utf8), "Zm9vYmFy"),
        (Array("Username:".utf8), "VXNlcm5hbWU6"), (Array("Password:".utf8), "UGFzc3dvcmQ6"),
        ([0xFB, 0xFF, 0xBF], "+/+/"), ([0, 0, 0], "AAAA"), ([0xFF], "/w=="),
    ]

    @Test("encodes the vectors of RFC 4648", arguments: pairs)
    func encodes(bytes: [UInt8], expected: String) {
        #expect(text(Base64.encode(bytes)) == expected)
    }

    @Test("decodes what it encodes", arguments: pairs)
    func decodes(expected: [UInt8], encoded: String) {
        #expect(decoded(encoded) == expected)
    }

    @Test("decodes every byte at every place of a group")
    func everyByte() {
        for byte in UInt8.min...UInt8.max {
            for bytes in [[byte], [0, byte], [0, 255, byte], [byte, byte, byte, byte]] {
                #expect(decoded(text(Base64.encode(bytes))) == bytes)
            }
        }
    }

    @Test(
        "refuses every text that is not the one canonical form",
        arguments: [
            "Z", "Zg", "Zg=", "Zg===", "=", "==", "===", "====", "=Zg=", "Z===", "Zm9v=", "Zm9v====", "Zg==Zg==",
            "Zh==", "Zi==", "Zk==", "Zo==", "Zm9=", "Zm+=", "Zm8=\r\n", " Zm8=", "Zm 8", "Zm8 ", "Zm-_", "Zm9\0", "*", "Zm9vZm9*", "Zm9\u{e9}",
        ])
    func refuses(encoded: String) {
        #expect(decoded(encoded) == nil)
    }

    private func decoded(_ encoded: String) -> [UInt8]? {
        Array(encoded.utf8).withUnsafeBytes { buffer in
            guard let secret = Base64.decode(buffer) else { return nil }
            return secret.withUnsafeBytes { [UInt8]($0) }
        }
    }
}
