import CheckpwdCore

/// Random secrets that a person can read out and type.
public enum ReadableSecret {
    /// Letters and digits but for those that look alike: 0 O o, 1 I i l. Each is worth 5.78 bits.
    static let alphabet: StaticString = "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghjkmnpqrstuvwxyz"

    /// - Parameter length: how many characters.
    public static func make(length: Int) throws(Failure) -> Secret {
        let count = alphabet.utf8CodeUnitCount
        return try Secret(capacity: length) { (buffer) throws(Failure) in
            var made = 0
            while made < length {
                let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[made...])
                try Randomness.fill(rest)
                for index in 0..<rest.count {
                    // Bytes beyond the largest multiple are thrown away, or the first characters would be likelier.
                    guard rest[index] < 256 / count * count else { continue }
                    buffer[made] = alphabet.utf8Start[Int(rest[index]) % count]
                    made += 1
                }
            }
            return length
        }
    }
}
