import CheckpwdCore

/// A challenge for CRAM-MD5: `<random.time@host>` (RFC 2195 section 2, in the form of RFC 822's msg-id).
public enum Challenge {
    /// - Parameters:
    ///   - time: seconds since 1970; who checks the answer finds it between the last dot and the last `@`.
    ///   - host: this server's name.
    ///   - generator: the source of 128 random bits.
    public static func make(
        time: Int, host: [UInt8], using generator: inout some RandomNumberGenerator
    ) -> [UInt8] {
        var random: [UInt8] = []
        for _ in 0..<2 {
            let bits: UInt64 = generator.next()
            for shift in stride(from: UInt64(0), to: 64, by: 8) {
                random.append(UInt8(truncatingIfNeeded: bits >> shift))
            }
        }
        var challenge = [UInt8]("<")
        challenge += Hex.encode(random)
        challenge += "."
        challenge += [UInt8](decimal: time)
        challenge += "@"
        challenge += host
        challenge += ">"
        return challenge
    }

    /// A challenge with the system's own random numbers, which no other has had.
    public static func make(time: Int, host: [UInt8]) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return make(time: time, host: host, using: &generator)
    }
}

/// CRAM-MD5's answer: `login SP digest`, the digest 32 lower-case hexadecimal digits (RFC 2195 section 2).
enum CRAMMD5Response {
    static func step(_ answer: borrowing Secret, to challenge: [UInt8], _ loginCase: LoginCase) -> Step {
        answer.withUnsafeBytes { bytes in
            // A login may have blanks in it, a digest may not: the last blank separates them.
            guard let blank = bytes.lastIndex(of: UInt8(ascii: " ")) else {
                return .malformed(.malformedMessage, nil)
            }
            let login = LoginName(sent: [UInt8](bytes[..<blank]), loginCase)
            let digest = bytes[(blank + 1)...]
            guard digest.count == 32, digest.allSatisfy(Hex.isLowercaseDigit) else {
                return .malformed(.malformedMessage, nil)
            }
            guard !login.hasControlByte else { return .malformed(.controlByteInLogin, login) }
            let response = Secret(copying: UnsafeRawBufferPointer(rebasing: digest))
            return .attempt(AuthenticationAttempt(login, digest: response, challenge: challenge))
        }
    }
}
