import CLibc
import CheckpwdCore

/// Descriptor 3, on which the credentials come.
public enum Descriptor {
    /// The interface's number for it.
    public static let credentials: Int32 = 3
    /// The interface's limit, in bytes.
    public static let limit = 512

    /// Reads a descriptor to its end and closes it.
    ///
    /// - Parameter seconds: how long the caller may take; nil for any time.
    /// - Returns: what was read, 1 to `limit` bytes.
    /// - Throws: `misused` where it is not open, empty, or holds more than `limit` bytes; `temporary` if the time is over.
    public static func drain(
        _ descriptor: Int32 = credentials, limit: Int = limit, within seconds: Int? = nil
    ) throws(Failure) -> Secret {
        // A server that keeps such a program waits for packets, and this would wait for the socket's end.
        guard clibc_take_packets(descriptor) != 0 else {
            throw .misused(
                Cause(
                    .descriptor3IsASocketForPackets,
                    remedy: "add --resident to the command, or take --auth-resident from smtp-auth's"))
        }
        defer { close(descriptor) }
        // One byte more than allowed tells 'too much' from 'just enough'.
        let bytes = try read(descriptor, atMost: limit + 1, within: seconds)
        guard !bytes.isEmpty else {
            throw .misused(Cause(.descriptor3IsEmpty, remedy: "the caller must write the credentials to it"))
        }
        guard bytes.count <= limit else {
            throw .misused(
                Cause(
                    .tooManyBytesOnDescriptor3, about: [UInt8]("more than ") + [UInt8](decimal: limit),
                    remedy: "the caller must send at most that many"))
        }
        return bytes
    }

    /// Opens descriptor 3 anew, with these bytes to read on it, for another checkpassword program.
    public static func offer(_ bytes: UnsafeRawBufferPointer) throws(Failure) {
        let failed = clibc_offer(credentials, bytes.baseAddress, bytes.count)
        guard failed == 0 else {
            throw .temporary(Cause(.descriptor3CannotBeOpenedAnew, errno: failed))
        }
    }

    private static func read(
        _ descriptor: Int32, atMost limit: Int, within seconds: Int?
    ) throws(Failure) -> Secret {
        do throws(SystemError) {
            return try Secret(reading: descriptor, atMost: limit, within: seconds)
        } catch {
            guard error.errno != ETIMEDOUT else {
                throw .temporary(
                    Cause(
                        .timeoutOnDescriptor3, about: [UInt8](decimal: seconds ?? 0) + [UInt8](" seconds"),
                        remedy: "the caller must write the credentials at once, and close its end"))
            }
            let cause = Cause(
                .descriptor3CannotBeRead, errno: error.errno,
                remedy: "pam-checkpwd is started by a mail server, which writes the credentials to it")
            // Not open, not for reading, or a folder: it is the caller's doing. Anything else is the system's.
            throw [EBADF, EINVAL, EISDIR].contains(error.errno) ? .misused(cause) : .temporary(cause)
        }
    }
}
