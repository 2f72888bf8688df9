import CLibc
import CSeparation
import CheckpwdCore

/// A socket that listens, and what for.
public struct ListeningSocket: ~Copyable {
    /// How many connections the kernel holds until they are accepted.
    public static let backlog = Int32(CSEPARATION_BACKLOG)

    public var purpose: ParentMessage.Purpose
    let descriptor: FileDescriptor

    init(_ descriptor: consuming FileDescriptor, _ purpose: ParentMessage.Purpose) {
        self.descriptor = descriptor
        self.purpose = purpose
    }

    /// Where, the real port included: `127.0.0.1:2525`, `[::1]:2525`, `unix:/run/smtp`.
    public var address: [UInt8] {
        var text = [CChar](repeating: 0, count: 160)
        guard cseparation_local_address(descriptor.number, &text, text.count) == 0 else { return [UInt8]("unknown") }
        return text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    }

    /// Its descriptor, for whoever closes it.
    public consuming func release() -> Int32 { descriptor.release() }

    /// The message that hands it to the network process. It is closed here once that is sent.
    public consuming func message() -> OutgoingMessage {
        OutgoingMessage(ParentMessage.listen(purpose), with: descriptor)
    }
}

/// Where to listen: `127.0.0.1:25`, `[::1]:25`; port 0 is any free port.
public struct ListenAddress: Equatable, Sendable {
    private let host: [UInt8]
    private let port: [UInt8]

    /// - Returns: nil unless this is a numeric address, IPv6 in brackets, a colon, and a port from 0 to 65535.
    public init?(_ text: [UInt8]) {
        guard let colon = text.lastIndex(of: UInt8(ascii: ":")) else { return nil }
        var host = text[..<colon]
        let isBracketed = host.first == UInt8(ascii: "[") && host.last == UInt8(ascii: "]")
        if isBracketed { host = host.dropFirst().dropLast() }
        guard isBracketed == host.contains(UInt8(ascii: ":")), Variable.localAddress.allows(Array(host)) else { return nil }
        port = Array(text[text.index(after: colon)...])
        guard Variable.localPort.allows(port) else { return nil }
        self.host = Array(host)
    }

    /// The address as it is given to `init`.
    public var text: [UInt8] {
        let host = host.contains(UInt8(ascii: ":")) ? [UInt8]("[") + host + [UInt8]("]") : host
        return host + [UInt8](":") + port
    }

    /// Binds and listens. An IPv6 address takes no IPv4 clients.
    public func listen() throws(Failure) -> ListeningSocket {
        var number: Int32 = -1
        let errno = host.withCString { host in port.withCString { cseparation_listen(host, $0, &number) } }
        guard errno == 0 else {
            throw .temporary(
                Cause(
                    .cannotListen, about: text, errno: errno,
                    remedy: "name a free address and port of this machine; ports below 1024 are root's"))
        }
        return ListeningSocket(FileDescriptor(owning: number), .mail)
    }
}
