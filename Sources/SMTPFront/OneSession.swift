import ByteStrings
import Glibc
import NIOCore
import NIOPosix
import Verdicts

/// One session on standard input and output, as inetd, tcpserver and systemd start a server.
public enum OneSession {
    /// Where an auth command's messages, and ours, may go: not to standard error where that is the client, as it is under
    /// inetd. To be asked before the session is started.
    public static var messages: AuthCommand.Messages { messages(standardError: 2, client: [0, 1]) }

    static func messages(standardError: Int32, client: [Int32]) -> AuthCommand.Messages {
        let error = Identity(of: standardError)
        return client.contains { Identity(of: $0) == error } ? .nowhere : .standardError
    }

    /// Starts the session. Descriptors 0 and 1 are `/dev/null` from here on.
    ///
    /// - Returns: a future that is kept when the client is gone and no auth command runs any more.
    /// - Throws: where the descriptors are not sockets, pipes or terminals.
    public static func start(
        _ service: Service, group: any EventLoopGroup
    ) throws(Failure) -> EventLoopFuture<Void> {
        try check(0)
        try check(1)
        // The channel closes its descriptors at the end of the session, when an auth command may still run and need to be
        // waited for: the numbers 0 and 1 must not become free.
        let remoteHost = ChildEnvironment.current.remoteHost ?? ClientAddress.ofPeer(0)
        return serve(
            service, input: try move(0), output: try move(1), remoteHost: remoteHost, group: group)
    }

    /// - Parameters:
    ///   - input: a descriptor that the session owns from here on; so is `output`, and they differ.
    ///   - remoteHost: the client's address; no bytes where unknown.
    static func serve(
        _ service: Service, input: Int32, output: Int32, remoteHost: [UInt8], group: any EventLoopGroup
    ) -> EventLoopFuture<Void> {
        let eventLoop = group.next()
        let over = eventLoop.makePromise(of: Void.self)
        NIOPipeBootstrap(group: eventLoop)
            .channelOption(.autoRead, value: false)
            .channelOption(.maxMessagesPerRead, value: 1)
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 4096))
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let nobody = Client.End(address: [], port: nil)
                    let client = Client(remote: Client.End(address: remoteHost, port: nil), local: nobody)
                    try service.serve(channel, client: client, greeting: .atOnce, over: over)
                }
            }
            .takingOwnershipOfDescriptors(input: input, output: output)
            .whenFailure { over.fail($0) }
        return over.futureResult
    }

    /// What can be waited for with epoll(7): a regular file, or `/dev/null`, cannot.
    static func check(_ descriptor: Int32) throws(Failure) {
        let mode = Identity(of: descriptor)?.mode ?? 0
        guard mode == S_IFSOCK || mode == S_IFIFO || isatty(descriptor) == 1 else {
            throw .misused(
                Cause(
                    "no session possible", about: [UInt8](descriptor == 0 ? "standard input" : "standard output"),
                    remedy: "it must be a socket, a pipe or a terminal; or use --listen"))
        }
    }

    /// Moves a descriptor to a higher number, close-on-exec, and leaves `/dev/null` in its place.
    private static func move(_ descriptor: Int32) throws(Failure) -> Int32 {
        let moved = fcntl(descriptor, F_DUPFD_CLOEXEC, 3)
        guard moved >= 0, let null = FileDescriptor.null(), dup2(null.number, descriptor) == descriptor else {
            throw .temporary(Cause("no session possible", errno: errno))
        }
        return moved
    }

    /// Which file, socket or terminal a descriptor is (fstat(2)).
    private struct Identity: Equatable {
        let device: dev_t
        let inode: ino_t
        let mode: mode_t

        init?(of descriptor: Int32) {
            var status = stat()
            guard fstat(descriptor, &status) == 0 else { return nil }
            device = status.st_dev
            inode = status.st_ino
            mode = status.st_mode & S_IFMT
        }
    }
}
