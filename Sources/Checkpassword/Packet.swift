import ByteStrings
import CPlatform
import Credentials
import Verdicts

/// One login, as it is asked of a resident program: variables `NAME=value`, each with a NUL after it, a NUL more, and what a
/// program that is started for one login would read from descriptor 3.
public struct Packet: ~Copyable {
    /// The value of $TCPREMOTEIP, or else of $REMOTE_IP; empty where there is neither.
    public let remoteHost: [UInt8]
    private let bytes: Secret
    private let credentials: Range<Int>

    /// The most bytes that the variables may have.
    public static let variables = 4096

    /// - Throws: `misused` where no empty string ends the variables, or nothing follows it.
    public init(_ bytes: consuming Secret) throws(Failure) {
        var place = 0
        var remote: [UInt8] = []
        var isNamed = false
        let start = bytes.withUnsafeBytes { bytes -> Int? in
            while let end = bytes[place...].firstIndex(of: 0) {
                if end == place { return end + 1 }
                if let value = Self.value("TCPREMOTEIP=", in: bytes[place..<end]) {
                    remote = value
                    isNamed = true
                } else if !isNamed, let value = Self.value("REMOTE_IP=", in: bytes[place..<end]) {
                    remote = value
                }
                place = end + 1
            }
            return nil
        }
        guard let start, start < bytes.count else {
            throw .misused(
                Cause("packet without credentials", remedy: "pam-checkpwd(8) says what a resident program is asked"))
        }
        credentials = start..<bytes.count
        remoteHost = remote
        self.bytes = bytes
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
                    "too many bytes of credentials", about: [UInt8]("more than ") + [UInt8](decimal: limit),
                    remedy: "the caller must send at most that many"))
        }
        let place = credentials
        return try Request(bytes.withUnsafeBytes { Secret(copying: UnsafeRawBufferPointer(rebasing: $0[place])) })
    }
}

/// Descriptor 3 of a resident program: a socket of type SOCK_SEQPACKET, with a packet for each login, and for each packet
/// an answer of one byte, which is what would be the exit status.
public struct PacketSocket {
    private let descriptor: Int32
    private let capacity: Int

    /// - Parameter limit: the most bytes of credentials.
    /// - Throws: `misused` where the descriptor is no such socket.
    public init(_ descriptor: Int32 = Descriptor.credentials, limit: Int) throws(Failure) {
        guard cplatform_takes_packets(descriptor) != 0 else {
            throw .misused(
                Cause(
                    "descriptor 3 is no socket for packets",
                    remedy: "a resident program is started by a server that keeps it, such as smtp-auth --auth-resident"))
        }
        self.descriptor = descriptor
        capacity = Packet.variables + limit
    }

    /// The next packet, waited for.
    ///
    /// - Returns: nil where there will be none any more.
    /// - Throws: `misused` where it is too long.
    public func receive() throws(Failure) -> Secret? {
        var size = 0
        let bytes = Secret(capacity: capacity) { buffer in
            size = cplatform_receive_packet(descriptor, buffer.baseAddress!, buffer.count)
            return max(0, min(size, buffer.count))
        }
        guard size <= capacity else { throw .misused(Cause("packet too long", about: [UInt8](decimal: size))) }
        guard size > 0 else { return nil }
        return bytes
    }

    /// - Returns: whether somebody still listens.
    public func answer(_ status: Int32) -> Bool {
        var byte = UInt8(truncatingIfNeeded: status)
        return cplatform_send_packet(descriptor, &byte, 1) == 0
    }
}
