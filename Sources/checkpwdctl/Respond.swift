import ArgumentParser
import CheckpwdCore
import Cryptography
import SASL
import SecretStore

struct Respond: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Compute what a mail client answers to a CRAM-MD5 challenge.",
        discussion: """
            Asks for the secret on the terminal, without echo, and prints the answer in base64: what to type into a \
            session by hand.
            """)

    @OptionGroup var options: StoreOptions
    @OptionGroup var source: SecretSource

    @Flag(help: "Take the login's secret from the side store.")
    var stored = false

    @OptionGroup var login: LoginArgument

    @Argument(help: "The challenge, in base64 as the server sent it, or as <…@…>.")
    var challenge: String

    func validate() throws {
        if stored, source.stdin { throw ValidationError("--stored and --stdin exclude each other.") }
    }

    func run() throws {
        try failing { () throws(Failure) in
            let challenge = try decodedChallenge()
            let secret = stored ? try storedSecret() : try source.read(twice: false)
            var digest = try challenge.withUnsafeBytes { (challenge) throws(Failure) in
                try Digest.cramMD5.hexadecimal(challenge: challenge, secret: secret, .waived)
            }
            defer { digest.wipe() }
            var message = WipedText(capacity: 1024)
            message.append(login.name.bytes + [UInt8](" "))
            message.append(digest)
            var answer = WipedText(capacity: 2048)
            message.withUnsafeBytes { answer.append(base64: $0) }
            try answer.withUnsafeBytes { (answer) throws(Failure) in try Output.write(answer) }
        }
    }

    private func decodedChallenge() throws(Failure) -> Secret {
        let bytes = [UInt8](challenge.utf8)
        if bytes.first == UInt8(ascii: "<") { return Secret(copying: bytes) }
        let decoded = Secret(copying: bytes).withUnsafeBytes { Base64.decode($0) }
        guard let decoded, !decoded.isEmpty else {
            throw .misused(Cause(.badChallenge, about: bytes, remedy: "give it in base64, or as <...@...>"))
        }
        return decoded
    }

    private func storedSecret() throws(Failure) -> Secret {
        guard let secret = try SecretStore(at: options.place).secret(of: login.name, with: options.keys) else {
            throw login.isUnknown
        }
        return secret
    }
}
