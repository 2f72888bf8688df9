import Glibc
import NIOCore

/// The TCP options of a client's connection that keep neither side idle. A socket that is not TCP's ignores them.
enum ClientSocket {
    /// The socket belongs to the session's channel.
    case ofChannel
    /// A channel of two descriptors (one session on standard input and output) has this one, and cannot set options of it.
    case descriptor(Int32)

    /// Acknowledges what the client has sent, now and for the next segments (TCP_QUICKACK, tcp(7)).
    ///
    /// The client has the last word of a TLS 1.3 handshake, and a resumed one of TLS 1.2. Our TLS library sends its session
    /// tickets with the first answer, so nothing goes back meanwhile, and the kernel delays the acknowledgement by 40 ms.
    /// A client whose socket does not have TCP_NODELAY holds its next command back for as long (RFC 896).
    func acknowledge(_ channel: any Channel) {
        switch self {
        case .ofChannel: channel.setOption(.tcpOption(Self.quickAcknowledgement), value: 1).whenFailure { _ in }
        case .descriptor(let number): Self.set(TCP_QUICKACK, on: number)
        }
    }

    /// Sends each of our replies as soon as it is written, also while one before it is not acknowledged. NIO sets it for the
    /// sockets that it opens itself, and Linux gives it to those that a listening socket accepts.
    static func sendAtOnce(_ descriptor: Int32) { set(TCP_NODELAY, on: descriptor) }

    static let quickAcknowledgement = NIOBSDSocket.Option(rawValue: TCP_QUICKACK)

    private static func set(_ option: Int32, on descriptor: Int32) {
        var one: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), option, &one, socklen_t(MemoryLayout<Int32>.size))
    }
}
