import ArgumentParser
import CLibc
import CheckpwdCore
import StoreAdministration

/// Where a secret comes from: the terminal, or standard input. Never an argument, which every process can see.
struct SecretSource: ParsableArguments {
    @Flag(help: "Read the secret from standard input, to its end; a byte-order mark and one line ending are dropped.")
    var stdin = false

    /// The longest secret, in bytes.
    static let limit = 1024

    /// - Parameter twice: whether it is a new secret, for which the terminal asks again, against mistyping.
    /// - Throws: `misused` where there is none, or it cannot be one.
    func read(twice: Bool) throws(Failure) -> Secret {
        if stdin { return try SecretSource.checked(SecretSource.standardInput(), isNew: twice) }
        let terminal = try Terminal()
        let secret = try SecretSource.checked(terminal.ask("Secret: "), isNew: twice)
        if twice {
            let again = try SecretSource.checked(terminal.ask("Again: "), isNew: twice)
            let same = secret.withUnsafeBytes { left in
                again.withUnsafeBytes { right in ConstantTime.equal(left, right) }
            }
            guard same else { throw .misused(Cause(.secretsDiffer, remedy: "nothing was changed; try again")) }
        }
        return secret
    }

    private static func checked(_ line: consuming Secret, isNew: Bool) throws(Failure) -> Secret {
        guard !line.withUnsafeBytes({ ByteOrderMark.isWide($0) }) else {
            throw .misused(Cause(.secretIsUTF16OrUTF32, remedy: "save it as UTF-8"))
        }
        let secret = line.withUnsafeBytes { bytes in
            Secret(copying: UnsafeRawBufferPointer(rebasing: bytes[..<lengthOfLine(bytes)].withoutByteOrderMark))
        }
        guard secret.count <= limit else {
            throw .misused(Cause(.secretTooLong, about: [UInt8]("more than 1024 bytes")))
        }
        guard !secret.isEmpty else { throw .misused(Cause(.emptySecret, remedy: "nothing was changed")) }
        let hasControlByte = secret.withUnsafeBytes { $0.contains { $0 < 0x20 || $0 == 0x7F } }
        guard !hasControlByte else {
            throw .misused(Cause(.controlByteInSecret, remedy: "a secret is one line of text"))
        }
        guard !isNew || secret.withUnsafeBytes(UTF8Text.isValid) else {
            throw .misused(Cause(.secretIsNotUTF8, remedy: "a mail client's would be; secret import takes other bytes"))
        }
        return secret
    }

    private static func standardInput() throws(Failure) -> Secret {
        do throws(SystemError) {
            // Room for a byte-order mark, a line ending, and one byte that is too much.
            return try Secret(reading: 0, atMost: limit + 6)
        } catch {
            throw .temporary(Cause(.standardInputCannotBeRead, errno: error.errno))
        }
    }

    /// How many bytes there are before one line ending, LF or CRLF.
    private static func lengthOfLine(_ bytes: UnsafeRawBufferPointer) -> Int {
        let count = bytes.count
        guard bytes.last == UInt8(ascii: "\n") else { return count }
        return count > 1 && bytes[count - 2] == UInt8(ascii: "\r") ? count - 2 : count - 1
    }
}

/// Whether secrets are prepared before they are stored.
struct Preparation: ParsableArguments {
    @Flag(
        help: """
            Prepare secrets as RFC 8265 says (OpaqueString, which took SASLprep's place): blanks and accents that look the \
            same become the same bytes.
            """)
    var saslprep = false

    /// What prepares; nil where nothing is to be.
    func opaqueString() throws(Failure) -> OpaqueString? {
        saslprep ? try OpaqueString() : nil
    }

    /// - Throws: `misused` where the secret cannot be prepared.
    func apply(to secret: consuming Secret) throws(Failure) -> Secret {
        guard let opaque = try opaqueString() else { return secret }
        do throws(Unprepared) {
            return try opaque.prepare(secret)
        } catch {
            throw .misused(Cause(error.reason, remedy: "nothing was changed"))
        }
    }
}
