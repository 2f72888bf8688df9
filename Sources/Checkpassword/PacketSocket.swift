import CLibc
import CheckpwdCore

/// Descriptor 3 of a program that stays: a socket of type SOCK_SEQPACKET, with a packet for each login, and for each packet an
/// answer of two bytes: the packet's first, and what would be the exit status.
public struct PacketSocket {
    private let descriptor: Int32
    private let capacity: Int

    /// No program that is run from here on, such as one of a PAM module's, has the socket.
    ///
    /// - Parameter limit: the most bytes of credentials.
    /// - Throws: `misused` where the descriptor is no such socket.
    public init(_ descriptor: Int32 = Descriptor.credentials, limit: Int) throws(Failure) {
        let errno = clibc_take_packets(descriptor)
        guard errno == 0 else {
            throw .misused(
                Cause(
                    .descriptor3IsNoSocketForPackets, errno: errno,
                    remedy: "a resident program is started by a server that keeps it, such as smtp-auth --auth-resident"))
        }
        self.descriptor = descriptor
        // The mark, the variables and the NUL after them, the credentials.
        capacity = 1 + Packet.mostVariables + 1 + limit
    }

    /// The next packet, waited for. One that is too long is cut off, and is one byte longer than any may be.
    ///
    /// - Returns: nil where there will be none any more, or it is empty.
    /// - Throws: `temporary` where the socket is broken.
    public func receive() throws(Failure) -> Secret? {
        var size = 0
        let bytes = Secret(capacity: capacity + 1) { buffer in
            size = clibc_receive_packet(descriptor, buffer.baseAddress!, buffer.count)
            return max(0, min(size, buffer.count))
        }
        guard size >= 0 else { throw .temporary(Cause(.descriptor3CannotBeRead, errno: clibc_errno())) }
        guard size > 0 else { return nil }
        return bytes
    }

    /// - Parameter mark: the first byte of the packet that this is the answer to.
    /// - Returns: whether somebody still listens.
    public func answer(_ status: Int32, to mark: UInt8) -> Bool {
        let bytes = [mark, UInt8(truncatingIfNeeded: status)]
        return clibc_send_packet(descriptor, bytes, bytes.count) == 0
    }
}
