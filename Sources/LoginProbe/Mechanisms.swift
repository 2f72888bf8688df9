import CheckpwdCore
import Cryptography
import SASL

// The client's side of the mechanisms that `SASL` has the server's side of.
extension Dialogue {
    /// Begins an exchange.
    mutating func begin(_ mechanism: Mechanism) -> Action {
        var line = [UInt8]("AUTH ")
        line += mechanism.name
        switch mechanism {
        case .plain:
            let message = plainMessage()
            // A longer command line need not be taken (RFC 5321 section 4.5.3.1.4).
            guard message.count * 4 / 3 + 20 <= 512 else {
                state = .challenge(.plain)
                return say(line)
            }
            state = .verdict
            redaction.add(secret)
            return say(line + [UInt8](" "), base64: message, meaning: plainMeaning)
        case .login: state = .challenge(.loginName)
        case .cramMD5: state = .challenge(.cramMD5)
        }
        return say(line)
    }

    /// Answers a challenge of an exchange.
    mutating func answer(_ exchange: Exchange, _ reply: Reply) -> Action {
        state = .verdict
        switch exchange {
        case .plain:
            redaction.add(secret)
            return say([], base64: plainMessage(), meaning: plainMeaning)
        case .loginName:
            state = .challenge(.loginPassword)
            return say(Base64.encode(login.bytes), meaning: login.bytes)
        case .loginPassword:
            redaction.add(secret)
            return say([], base64: secret.withUnsafeBytes { Secret(copying: $0) }, meaning: [UInt8](Spoken.stars))
        case .cramMD5:
            guard let challenge = Dialogue.decoded(reply.lines.last ?? []) else {
                return finish(violation(.challengeIsNoBase64))
            }
            var digest: [UInt8]
            do throws(Failure) {
                digest = try Secret(copying: challenge).withUnsafeBytes { (challenge) throws(Failure) in
                    try Digest.cramMD5.hexadecimal(challenge: challenge, secret: secret, .waived)
                }
            } catch {
                return finish(error)
            }
            defer { digest.wipe() }
            redaction.add { $0.append(digest) }
            let name = login.bytes + [UInt8](" ")
            var message = WipedText(capacity: name.count + digest.count)
            message.append(name)
            message.append(digest)
            return say(
                [], base64: message.withUnsafeBytes { Secret(copying: $0) }, meaning: name + [UInt8](Spoken.stars))
        }
    }

    /// PLAIN's only message: `NUL login NUL secret` (RFC 4616 section 2).
    private func plainMessage() -> Secret {
        let name = login.bytes
        return Secret(capacity: name.count + secret.count + 2) { buffer in
            buffer[0] = 0
            UnsafeMutableRawBufferPointer(rebasing: buffer[1...]).copyBytes(from: name)
            buffer[name.count + 1] = 0
            secret.withUnsafeBytes {
                UnsafeMutableRawBufferPointer(rebasing: buffer[(name.count + 2)...]).copyMemory(from: $0)
            }
            return buffer.count
        }
    }

    private var plainMeaning: [UInt8] { [0] + login.bytes + [0] + [UInt8](Spoken.stars) }
}
