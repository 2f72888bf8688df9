import ByteStrings
import CPlatform
import Credentials
import Cryptography
import Verdicts

/// The keys under which records are sealed, as read from the key file.
///
/// A line of the file is a key: 8 hexadecimal digits that name it, a colon, 64 that are it. The first seals; all open.
/// Blank lines and lines that start with `#` are skipped.
public struct KeyRing: ~Copyable {
    /// The name of the key that seals.
    public let current: KeyID
    let path: [UInt8]
    private let text: Secret

    /// Reads a key file.
    ///
    /// - Throws: `temporary` where it is missing, open to others than its owner, or holds no key.
    public init(at path: [UInt8]) throws(Failure) {
        let file = try KeyFile.read(path)
        guard let first = file.withUnsafeBytes({ KeyLines($0).first }) else {
            throw .temporary(
                Cause(
                    "key file damaged", about: path,
                    remedy: "each line must be an 8-digit name, a colon and a 64-digit key; bring back your copy"))
        }
        self.path = path
        current = first.id
        text = file
    }

    /// Calls `body` with the key of that name; nil where the ring has none.
    func withKey<Result: ~Copyable>(
        _ id: KeyID, _ body: (borrowing Secret) throws(Failure) -> Result
    ) throws(Failure) -> Result? {
        try text.withUnsafeBytes { (text) throws(Failure) -> Result? in
            guard let place = KeyLines(text).find(id) else { return nil }
            let key = Secret(capacity: AES256GCM.keySize) { key in
                for index in 0..<key.count {
                    key[index] = Hex.value(text[place + 2 * index])! << 4 | Hex.value(text[place + 2 * index + 1])!
                }
                return key.count
            }
            return try body(key)
        }
    }
}

/// The name of a key: 4 random bytes.
public struct KeyID: Equatable, Sendable {
    static let size = 4
    let bytes: [UInt8]
}

/// Where the keys stand in the text of a key file.
private struct KeyLines {
    private var lines: [(id: KeyID, digits: Int)] = []

    /// One malformed line makes the whole file damaged: no lines.
    init(_ text: UnsafeRawBufferPointer) {
        var start = 0
        while start < text.count {
            let end = text[start...].firstIndex(of: UInt8(ascii: "\n")) ?? text.count
            defer { start = end + 1 }
            if start == end || text[start] == UInt8(ascii: "#") { continue }
            guard let id = KeyLines.id(ofLine: text[start..<end]) else {
                lines = []
                return
            }
            lines.append((id, start + 2 * KeyID.size + 1))
        }
    }

    var first: (id: KeyID, digits: Int)? { lines.first }

    /// - Returns: the index of the key's first digit.
    func find(_ id: KeyID) -> Int? {
        lines.first { $0.id == id }?.digits
    }

    private static func id(ofLine line: Slice<UnsafeRawBufferPointer>) -> KeyID? {
        let colon = line.startIndex + 2 * KeyID.size
        guard line.count == 2 * (KeyID.size + AES256GCM.keySize) + 1, line[colon] == UInt8(ascii: ":") else {
            return nil
        }
        for index in line.indices where index != colon && Hex.value(line[index]) == nil { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: line.startIndex, to: colon, by: 2) {
            bytes.append(Hex.value(line[index])! << 4 | Hex.value(line[index + 1])!)
        }
        return KeyID(bytes: bytes)
    }
}
