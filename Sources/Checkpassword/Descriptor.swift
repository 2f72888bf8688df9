import ByteStrings
import CPlatform
import Credentials
import Verdicts

/// Descriptor 3, on which the credentials come.
public enum Descriptor {
    /// The interface's number for it.
    public static let credentials: Int32 = 3
    /// The interface's limit, in bytes.
    public static let limit = 512

    /// Reads a descriptor to its end and closes it.
    ///
    /// - Returns: what was read, 1 to `limit` bytes.
    /// - Throws: `misused` where it is not open, empty, or holds more than `limit` bytes.
    public static func drain(_ descriptor: Int32 = credentials, limit: Int = limit) throws(Failure) -> Secret {
        defer { close(descriptor) }
        // One byte more than allowed tells 'too much' from 'just enough'.
        let bytes = try Secret(capacity: limit + 1) { (buffer) throws(Failure) in
            try fill(buffer, from: descriptor)
        }
        guard !bytes.isEmpty else {
            throw .misused(Cause("descriptor 3 is empty", remedy: "the caller must write the credentials to it"))
        }
        guard bytes.count <= limit else {
            throw .misused(
                Cause(
                    "too many bytes on descriptor 3", about: [UInt8]("more than ") + [UInt8](decimal: limit),
                    remedy: "the caller must send at most that many"))
        }
        return bytes
    }

    private static func fill(_ buffer: UnsafeMutableRawBufferPointer, from descriptor: Int32) throws(Failure) -> Int {
        var count = 0
        while count < buffer.count {
            let got = read(descriptor, buffer.baseAddress! + count, buffer.count - count)
            if got == 0 { break }
            if got > 0 {
                count += got
            } else if cplatform_errno() != EINTR {
                throw .misused(
                    Cause(
                        "descriptor 3 cannot be read", errno: cplatform_errno(),
                        remedy: "pam-checkpwd is started by a mail server, which writes the credentials to it"))
            }
        }
        return count
    }
}
