import CheckpwdCore
import SASL

/// Base64 has one spelling for any bytes.
enum Base64Fuzz {
    static func check(_ bytes: [UInt8]) throws {
        if let decoded = decode(bytes) {
            try require(Base64.encode(decoded) == bytes, "another spelling is accepted")
        }
        try require(decode(Base64.encode(bytes)) == bytes, "what was encoded decodes to something else")
    }

    private static func decode(_ text: [UInt8]) -> [UInt8]? {
        text.withUnsafeBytes { text in
            switch Base64.decode(text) {
            case .some(let secret): secret.withUnsafeBytes { Array($0) }
            case .none: nil
            }
        }
    }
}
