import CheckpwdCore
import Glibc
import NIOCore
import NIOPosix
import PrivilegeSeparation
import ServerSupport

/// One session on standard input and output, as inetd, tcpserver and systemd start a server.
public enum OneSession {
    /// Starts the session. Descriptors 0 and 1 are `/dev/null` from here on.
    ///
    /// - Parameter occupancy: has the session's channel, until the session is over.
    /// - Returns: a future that is kept when the client is gone and no auth command runs any more.
    public static func start(
        _ service: SMTPService, group: any EventLoopGroup, limiter: ConnectionLimiter, wrapsTLS: Bool = false
    ) throws(Failure) -> EventLoopFuture<Void> {
        let client = Client.ofStandardInput
        // The channel closes its descriptors at the end of the session: the numbers 0 and 1 must not become free.
        return serve(
            service, input: try move(0), output: try move(1), client: client, group: group, limiter: limiter,
            wrapsTLS: wrapsTLS)
    }

    /// - Parameters:
    ///   - input: a descriptor that the session owns from here on; so is `output`, and they differ.
    static func serve(
        _ service: SMTPService, input: Int32, output: Int32, client: Client, group: any EventLoopGroup,
        limiter: ConnectionLimiter = ConnectionLimiter(most: 1, mostPerAddress: 1), wrapsTLS: Bool = false
    ) -> EventLoopFuture<Void> {
        // Not so in `printf ... | smtp-auth`, which cannot wait.
        let greeting: ClientHandler.Greeting = isSocket(input) ? .watching : .atOnce
        ClientSocket.sendAtOnce(output)
        let eventLoop = group.next()
        let over = eventLoop.makePromise(of: Void.self)
        NIOPipeBootstrap(group: eventLoop)
            .channelOption(.autoRead, value: false)
            .channelOption(.maxMessagesPerRead, value: 1)
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 4096))
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    _ = limiter.enter(channel, until: over.futureResult)
                    try service.serve(
                        channel, .descriptor(input), client: client, wrapsTLS: wrapsTLS, greeting: greeting, over: over)
                }
            }
            .takingOwnershipOfDescriptors(input: input, output: output)
            .whenFailure { over.fail($0) }
        return over.futureResult
    }

    /// fstat(2).
    private static func isSocket(_ descriptor: Int32) -> Bool {
        var status = stat()
        return fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFSOCK
    }

    /// Moves a descriptor to a higher number, close-on-exec, and leaves `/dev/null` in its place.
    private static func move(_ descriptor: Int32) throws(Failure) -> Int32 {
        let moved = fcntl(descriptor, F_DUPFD_CLOEXEC, 3)
        guard moved >= 0, let null = FileDescriptor.null(), dup2(null.number, descriptor) == descriptor else {
            throw .temporary(Cause(.noSessionPossible, errno: errno))
        }
        return moved
    }
}

extension Client {
    /// The client on standard input: what tcpserver and its kin say in the environment (cr.yp.to/proto/ucspi.txt), and
    /// where they say nothing, what the socket knows.
    static var ofStandardInput: Client {
        Client(
            remote: End("TCPREMOTEIP", "TCPREMOTEPORT") ?? End(peerOf: 0),
            local: End("TCPLOCALIP", "TCPLOCALPORT") ?? End(localOf: 0))
    }
}

extension Client.End {
    /// - Returns: nil where the address is not set, or empty.
    init?(_ address: String, _ port: String) {
        guard let address = getenv(address), address.pointee != 0 else { return nil }
        self.init(
            address: [UInt8](cString: address), port: getenv(port).flatMap { UInt16(String(cString: $0)) })
    }

    /// getpeername(2): nothing where it is no socket, or its peer has no IP address.
    init(peerOf descriptor: Int32) {
        self.init(SocketAddress(descriptor, getpeername))
    }

    /// getsockname(2).
    init(localOf descriptor: Int32) {
        self.init(SocketAddress(descriptor, getsockname))
    }
}

extension SocketAddress {
    /// What getpeername(2) or getsockname(2) says; nil where that is no IP address.
    fileprivate init?(
        _ descriptor: Int32,
        _ name: (Int32, UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32
    ) {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        // Sound: sockaddr_storage has the size and alignment of every sockaddr (POSIX, sys/socket.h), and which of them
        // it is stands in ss_family.
        let address: SocketAddress? = withUnsafeMutablePointer(to: &storage) { pointer in
            let raw = UnsafeMutableRawPointer(pointer)
            guard name(descriptor, raw.assumingMemoryBound(to: sockaddr.self), &length) == 0 else { return nil }
            switch Int32(pointer.pointee.ss_family) {
            case AF_INET: return SocketAddress(raw.load(as: sockaddr_in.self))
            case AF_INET6: return SocketAddress(raw.load(as: sockaddr_in6.self))
            default: return nil
            }
        }
        guard let address else { return nil }
        self = address
    }
}
