import ArgumentParser
import ByteStrings
import CPlatform
import Credentials
import Verdicts

/// Where a secret comes from: the terminal, or standard input. Never an argument, which every process can see.
struct SecretSource: ParsableArguments {
    @Flag(help: "Read the secret from standard input, to its end; one line ending after it is dropped.")
    var stdin = false

    /// The longest secret, in bytes.
    static let limit = 1024

    /// - Parameter twice: whether the terminal asks again, against mistyping.
    /// - Throws: `misused` where there is none, or it cannot be one.
    func read(twice: Bool) throws(Failure) -> Secret {
        if stdin { return try SecretSource.checked(SecretSource.standardInput()) }
        let terminal = try Terminal()
        let secret = try SecretSource.checked(terminal.ask("Secret: "))
        if twice {
            let again = try terminal.ask("Again: ")
            let same = secret.withUnsafeBytes { left in
                again.withUnsafeBytes { right in ConstantTime.equal(left, right) }
            }
            guard same else { throw .misused(Cause("secrets differ", remedy: "nothing was changed; try again")) }
        }
        return secret
    }

    private static func checked(_ secret: consuming Secret) throws(Failure) -> Secret {
        guard !secret.isEmpty else { throw .misused(Cause("empty secret", remedy: "nothing was changed")) }
        let hasControlByte = secret.withUnsafeBytes { $0.contains { $0 < 0x20 || $0 == 0x7F } }
        guard !hasControlByte else {
            throw .misused(Cause("control byte in secret", remedy: "a secret is one line of text"))
        }
        return secret
    }

    private static func standardInput() throws(Failure) -> Secret {
        try Secret(capacity: limit + 2) { (buffer) throws(Failure) in
            var count = 0
            while count < buffer.count {
                let got = CPlatform.read(0, buffer.baseAddress! + count, buffer.count - count)
                if got == 0 { break }
                if got < 0, cplatform_errno() != EINTR {
                    throw .temporary(Cause("standard input cannot be read", errno: cplatform_errno()))
                }
                count += max(got, 0)
            }
            guard count <= limit else {
                throw .misused(Cause("secret too long", about: [UInt8]("more than 1024 bytes")))
            }
            return withoutLineEnding(buffer, count)
        }
    }

    /// - Returns: how many bytes there are before one line ending, LF or CRLF.
    static func withoutLineEnding(_ buffer: UnsafeMutableRawBufferPointer, _ count: Int) -> Int {
        guard count > 0, buffer[count - 1] == UInt8(ascii: "\n") else { return count }
        return count > 1 && buffer[count - 2] == UInt8(ascii: "\r") ? count - 2 : count - 1
    }
}
