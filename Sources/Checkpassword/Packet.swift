import CLibc
import CheckpwdCore

/// One login, as it is asked of a program that stays: a byte that the answer repeats; variables `NAME=value`, each with a NUL
/// after it; a NUL more; and what a program that is started for one login would read from descriptor 3.
public struct Packet: ~Copyable {
    /// What tells the answer to this from that to any other.
    public let mark: UInt8
    /// The value of $TCPREMOTEIP, or else of $REMOTE_IP; empty where neither has one.
    public let remoteHost: [UInt8]
    private let bytes: Secret
    private let credentials: Range<Int>

    /// The most bytes that the variables may have, their NULs included.
    public static let mostVariables = 4096

    /// - Throws: `misused` where no empty string ends the variables, they are too many, or nothing follows.
    public init(_ bytes: consuming Secret) throws(Failure) {
        let parts = bytes.withUnsafeBytes { Parts($0) }
        guard let parts, parts.credentials < bytes.count else {
            throw .misused(
                Cause(.packetWithoutCredentials, remedy: "pam-checkpwd(8) says what a resident program is asked"))
        }
        guard parts.credentials <= Packet.mostVariables + 2 else {
            throw .misused(
                Cause(.tooManyBytesOfVariables, about: [UInt8]("more than ") + [UInt8](decimal: Packet.mostVariables)))
        }
        mark = parts.mark
        remoteHost = parts.remoteHost
        credentials = parts.credentials..<bytes.count
        self.bytes = bytes
    }

    private struct Parts {
        let mark: UInt8
        var remoteHost: [UInt8] = []
        /// Where they begin.
        var credentials = 0

        /// - Returns: nil where the variables have no end.
        init?(_ bytes: UnsafeRawBufferPointer) {
            guard let mark = bytes.first else { return nil }
            self.mark = mark
            var other: [UInt8] = []
            var place = 1
            while let end = bytes[place...].firstIndex(of: 0), end > place {
                let variable = bytes[place..<end]
                if let value = Packet.value("TCPREMOTEIP=", in: variable) {
                    remoteHost = value
                } else if let value = Packet.value("REMOTE_IP=", in: variable) {
                    other = value
                }
                place = end + 1
            }
            guard place < bytes.count, bytes[place] == 0 else { return nil }
            credentials = place + 1
            if remoteHost.isEmpty { remoteHost = other }
        }
    }

    private static func value(_ name: StaticString, in variable: Slice<UnsafeRawBufferPointer>) -> [UInt8]? {
        let name = [UInt8](name)
        return variable.starts(with: name) ? [UInt8](variable.dropFirst(name.count)) : nil
    }

    /// What would be on descriptor 3. The packet is gone.
    ///
    /// - Throws: `misused` where that is more than `limit` bytes.
    public consuming func request(limit: Int) throws(Failure) -> Request {
        guard credentials.count <= limit else {
            throw .misused(
                Cause(
                    .tooManyBytesOfCredentials, about: [UInt8]("more than ") + [UInt8](decimal: limit),
                    remedy: "the caller must send at most that many"))
        }
        let place = credentials
        return try Request(bytes.withUnsafeBytes { Secret(copying: UnsafeRawBufferPointer(rebasing: $0[place])) })
    }
}

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
