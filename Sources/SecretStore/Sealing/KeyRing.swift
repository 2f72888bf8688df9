import CheckpwdCore
import Cryptography

/// The keys under which records are sealed, as read from the key file.
///
/// A line of the file is a key: 8 hexadecimal digits that name it, a colon, 64 that are it. The first seals; all open.
/// Blank lines and lines that start with `#` are skipped.
public struct KeyRing: ~Copyable {
    /// The name of the key that seals.
    public let current: KeyID
    /// The names of all keys.
    package var ids: [KeyID] { lines.ids }
    /// Whether `checkpwdctl store rekey` began to seal every record anew under the first key, and has not ended.
    package var isRekeying: Bool { lines.hasRekeyingMark }
    /// The key that `checkpwdctl store rekey --prepare` made: the next to seal.
    package let prepared: KeyID?
    private let text: Secret
    private let lines: KeyLines

    /// What stands in the file while the ring is rekeying, on a line of its own.
    package static let rekeyingMark: StaticString = "# store rekey has not ended"
    /// What stands before the name of the prepared key, on a line of its own.
    package static let preparedMark: StaticString = "# store rekey takes next: "

    /// Reads a key file.
    ///
    /// - Throws: `temporary` where it is missing, open to others than its owner, or holds no key.
    public init(at place: KeyPlace) throws(Failure) {
        let file = try KeyFile.read(place)
        let lines = file.withUnsafeBytes { KeyLines($0) }
        guard let first = lines.ids.first else {
            throw .temporary(
                Cause(
                    .keyFileDamaged, about: place.path,
                    remedy: "each line must be an 8-digit name, a colon and a 64-digit key; bring back your copy"))
        }
        current = first
        self.lines = lines
        prepared = lines.prepared.flatMap { lines.ids.contains($0) ? $0 : nil }
        text = file
    }

    /// Calls `body` with the bytes of the file.
    package func withText<Result: ~Copyable>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try text.withUnsafeBytes(body)
    }

    /// Calls `body` with the key of that name; nil where the ring has none.
    package func withKey<Result: ~Copyable>(
        _ id: KeyID, _ body: (borrowing Secret) throws(Failure) -> Result
    ) throws(Failure) -> Result? {
        try text.withUnsafeBytes { (text) throws(Failure) -> Result? in
            guard let place = lines.find(id) else { return nil }
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
    package static let size = 4
    package let bytes: [UInt8]

    package init(bytes: [UInt8]) {
        self.bytes = bytes
    }
}

/// Where the keys stand in the text of a key file.
private struct KeyLines {
    private(set) var ids: [KeyID] = []
    /// The index of each key's first digit.
    private var digits: [Int] = []
    private(set) var hasRekeyingMark = false
    private(set) var prepared: KeyID?

    /// One malformed line makes the whole file damaged: no lines.
    init(_ text: UnsafeRawBufferPointer) {
        let mark = [UInt8](KeyRing.rekeyingMark)
        let preparedMark = [UInt8](KeyRing.preparedMark)
        var start = 0
        while start < text.count {
            let end = text[start...].firstIndex(of: UInt8(ascii: "\n")) ?? text.count
            defer { start = end + 1 }
            if start == end { continue }
            if text[start] == UInt8(ascii: "#") {
                let line = Array(text[start..<end])
                if line == mark { hasRekeyingMark = true }
                if line.starts(with: preparedMark) { prepared = KeyLines.id(ofDigits: line.dropFirst(preparedMark.count)) }
                continue
            }
            guard let id = KeyLines.id(ofLine: text[start..<end]) else {
                ids = []
                return
            }
            // A key that is made the first stands twice for a while.
            guard !ids.contains(id) else { continue }
            ids.append(id)
            digits.append(start + 2 * KeyID.size + 1)
        }
    }

    /// - Returns: the index of the key's first digit.
    func find(_ id: KeyID) -> Int? {
        ids.firstIndex(of: id).map { digits[$0] }
    }

    private static func id(ofLine line: Slice<UnsafeRawBufferPointer>) -> KeyID? {
        let colon = line.startIndex + 2 * KeyID.size
        guard line.count == 2 * (KeyID.size + AES256GCM.keySize) + 1, line[colon] == UInt8(ascii: ":") else {
            return nil
        }
        for index in line.indices where index != colon && Hex.value(line[index]) == nil { return nil }
        return id(ofDigits: Array(line[..<colon])[...])
    }

    private static func id(ofDigits digits: ArraySlice<UInt8>) -> KeyID? {
        let values = digits.compactMap { Hex.value($0) }
        guard digits.count == 2 * KeyID.size, values.count == digits.count else { return nil }
        return KeyID(bytes: stride(from: 0, to: values.count, by: 2).map { values[$0] << 4 | values[$0 + 1] })
    }
}
