import CheckpwdCore
import SASL

/// What a checkpassword program reads on descriptor 3 (cr.yp.to/checkpwd/interface.html).
public enum CredentialBytes {
    /// The interface's limit.
    public static let limit = 512

    /// `login NUL password NUL NUL`, or a challenge and its answer in the order that the program expects.
    ///
    /// - Returns: nil where that is more than the interface allows.
    public static func of(_ claim: Claim, in order: FieldOrder = .netqmail) -> Secret? {
        let byte: [UInt8] =
            switch order {
            case .netqmail, .sqmail: []
            case .indimail: [mechanismByte(claim.mechanism), 0]
            }
        return claim.proof.withUnsafeBytes { proof in
            switch (claim.challenge, order) {
            case (nil, _): fields(claim.login.bytes, proof, EmptyCollection(), byte)
            case (let challenge?, .sqmail): fields(claim.login.bytes, proof, challenge, byte)
            case (let challenge?, .netqmail), (let challenge?, .indimail):
                fields(claim.login.bytes, challenge, proof, byte)
            }
        }
    }

    private static func mechanismByte(_ mechanism: Mechanism) -> UInt8 {
        switch mechanism {
        case .login: 1
        case .plain: 2
        case .cramMD5: 3
        }
    }

    /// Three fields, a NUL after each, and what comes after them.
    private static func fields(
        _ login: some Collection<UInt8>, _ second: some Collection<UInt8>, _ third: some Collection<UInt8>,
        _ rest: [UInt8]
    ) -> Secret? {
        let count = login.count + second.count + third.count + 3 + rest.count
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
            UnsafeMutableRawBufferPointer(rebasing: buffer[place...]).copyBytes(from: rest)
            return count
        }
    }
}
