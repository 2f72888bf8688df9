import CheckpwdCore
@testable import SecretStore

/// A key file is read as its lines say, and one bad line makes all of it bad.
enum KeyFileFuzz {
    static func check(_ bytes: [UInt8]) throws {
        let expected = keys(in: bytes)
        let file = ScratchFile(bytes)
        let first: [UInt8]
        let key: [UInt8]?
        do throws(Failure) {
            let ring = try KeyRing(at: .file(file.path))
            first = ring.current.bytes
            key = try ring.withKey(ring.current) { $0.withUnsafeBytes { Array($0) } }
        } catch {
            guard case .temporary = error else { throw Violation(description: "a damaged key file is not temporary") }
            return try require(expected.isEmpty, "a good key file is refused")
        }
        try require(first == expected.first?.name, "another key is the first")
        try require(key == expected.first?.key, "another key is found")
    }

    /// The keys as somebody would read them by hand; none where a line is bad.
    private static func keys(in text: [UInt8]) -> [(name: [UInt8], key: [UInt8])] {
        var keys: [(name: [UInt8], key: [UInt8])] = []
        for line in text.split(separator: UInt8(ascii: "\n")) where line.first != UInt8(ascii: "#") {
            let parts = line.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
            guard parts.count == 2, let name = bytes(of: parts[0], 4), let key = bytes(of: parts[1], 32) else { return [] }
            keys.append((name, key))
        }
        return keys
    }

    private static func bytes(of digits: ArraySlice<UInt8>, _ count: Int) -> [UInt8]? {
        let values = digits.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
        guard digits.count == 2 * count, values.count == digits.count else { return nil }
        return (0..<count).map { UInt8(16 * values[2 * $0] + values[2 * $0 + 1]) }
    }
}
