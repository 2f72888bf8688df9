import CheckpwdCore

/// CRAM-MD5's answer: `login SP digest`, the digest 32 lower-case hexadecimal digits (RFC 2195 section 2).
enum CRAMMD5Answer {
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
            let proof = Secret(copying: UnsafeRawBufferPointer(rebasing: digest))
            return .claim(Claim(login, digest: proof, challenge: challenge))
        }
    }
}
