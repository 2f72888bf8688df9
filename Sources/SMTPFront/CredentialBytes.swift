import ByteStrings
import Credentials
import SASL

/// What a checkpassword program reads on descriptor 3 (cr.yp.to/checkpwd/interface.html).
enum CredentialBytes {
    /// The interface's limit.
    static let limit = 512

    /// `login NUL password NUL NUL`, or for CRAM-MD5 `login NUL challenge NUL digest NUL`, as netqmail's qmail-smtpd and
    /// its kin write them.
    ///
    /// - Returns: nil where that is more than the interface allows.
    static func of(_ claim: borrowing Claim) -> Secret? {
        claim.proof.withUnsafeBytes { proof in
            if let challenge = claim.challenge {
                fields(claim.login.bytes, challenge, proof)
            } else {
                fields(claim.login.bytes, proof, EmptyCollection())
            }
        }
    }

    /// Three fields, a NUL after each.
    private static func fields(
        _ login: some Collection<UInt8>, _ second: some Collection<UInt8>, _ third: some Collection<UInt8>
    ) -> Secret? {
        let count = login.count + second.count + third.count + 3
        guard count <= limit else { return nil }
        return Secret(capacity: count) { buffer in
            var place = 0
            func add(_ field: some Collection<UInt8>) {
                UnsafeMutableRawBufferPointer(rebasing: buffer[place...]).copyBytes(from: field)
                place += field.count + 1
                buffer[place - 1] = 0
            }
            add(login)
            add(second)
            add(third)
            return count
        }
    }
}
