import CLibc
import CSeparation
import CheckpwdCore

/// Where the network process finds itself when it begins: with all that it was sent, and nothing that it may not have.
public struct NetworkStartup: ~Copyable {
    /// The sockets that listen for clients.
    public var listeners: [Int32] = []
    /// The socket that listens for scrapers.
    public var metrics: Int32?
    public var senderMap: [UInt8]?
    /// The names of the mechanisms to offer, joined by commas.
    public var mechanisms: [UInt8] = []
    /// In the order in which the options name them.
    public var certificates: [Certificate] = []
    public let socket: MessageSocket

    /// A certificate with its chain and its key, both as PEM.
    public final class Certificate: Sendable {
        public let chain: [UInt8]
        public let key: Secret

        init(chain: [UInt8], key: consuming Secret) {
            self.chain = chain
            self.key = key
        }
    }

    /// Takes what the parent sends, up to `begin`, and becomes what that says, for good.
    ///
    /// - Parameter descriptors: how many a server may have to have open.
    /// - Throws: where that fails. Then nothing may go on.
    public static func enter(descriptors: Int) throws(Failure) -> NetworkStartup {
        cseparation_name("smtp-auth-net")
        // Or what NIO opens next would not be ours to close.
        guard cseparation_keep(NetworkChild.socketNumber) == 0 else {
            throw .misused(
                Cause(.noParent, remedy: "only smtp-auth itself starts its network process"))
        }
        var startup = NetworkStartup(socket: MessageSocket(FileDescriptor(owning: NetworkChild.socketNumber)))
        let identity = try startup.receive()
        if !startup.listeners.isEmpty { try startup.raise(descriptors) }
        try Confinement.confine(to: identity)
        return startup
    }

    /// The way to the parent, from here on.
    public consuming func link() throws(Failure) -> ParentLink {
        guard let link = ParentLink(socket) else { throw .temporary(Cause(.noAlarm, errno: clibc_errno())) }
        return link
    }

    private init(socket: consuming MessageSocket) {
        self.socket = socket
    }

    private func raise(_ descriptors: Int) throws(Failure) {
        let allowed = cseparation_raise_descriptors(UInt(descriptors))
        guard allowed >= UInt(descriptors) else {
            throw .temporary(
                Cause(
                    .tooFewDescriptors, about: [UInt8](decimal: allowed) + [UInt8](" of ") + [UInt8](decimal: descriptors),
                    remedy: "raise the limit (ulimit -n, LimitNOFILE=), or lower --max-connections"))
        }
    }

    private mutating func receive() throws(Failure) -> NetworkIdentity? {
        while true {
            let arrival: MessageSocket.Arrival<ParentMessage>
            do throws(Malformed) {
                arrival = try socket.receive(ParentMessage.self)
            } catch {
                throw Self.misunderstood(error)
            }
            switch arrival {
            case .nothing:
                var polled = pollfd(fd: socket.descriptor.number, events: Int16(POLLIN), revents: 0)
                poll(&polled, 1, -1)
            case .end: throw Self.misunderstood(.truncated)
            case .message(let message, let attachments):
                if let begun = try take(message, attachments) { return begun.identity }
            }
        }
    }

    private static func misunderstood(_ malformed: Malformed) -> Failure {
        .misused(Cause(.parentNotUnderstood, about: [UInt8](malformed.word)))
    }

    private struct Begun {
        let identity: NetworkIdentity?
    }

    /// - Returns: who to become, where that is all.
    private mutating func take(
        _ message: ParentMessage, _ attachments: MessageSocket.Attachments
    ) throws(Failure) -> Begun? {
        switch message {
        case .listen(let purpose):
            guard let socket = attachments.descriptor.take()?.release() else {
                throw .temporary(Cause(.tooFewDescriptors, remedy: "raise the limit (ulimit -n, LimitNOFILE=)"))
            }
            if purpose == .mail { listeners.append(socket) } else { metrics = socket }
        case .senderMap:
            switch attachments.senderMap() {
            case .success(let bytes): senderMap = bytes
            case .failure(let error): throw .temporary(SenderMapUnread.cause(error))
            }
        case .mechanisms(let names): mechanisms = names
        case .certificate(let chain, _):
            certificates.append(Certificate(chain: chain, key: attachments.secret.take()!))
        case .begin(let identity): return Begun(identity: identity)
        case .checked, .opened, .notOpened, .reload, .drain: throw Self.misunderstood(.unexpected)
        }
        return nil
    }
}

/// The map of senders comes as an open file, which its process may not be able to read.
public enum SenderMapUnread {
    /// What the log is told of it. A map that could not be read is never an empty one.
    public static func cause(_ error: SystemError) -> Cause {
        error.errno == EFBIG
            ? Cause(.mapOfSendersTooLong, remedy: "64 MiB is the limit")
            : Cause(.mapOfSendersCannotBeRead, errno: error.errno)
    }
}

extension MessageSocket.Attachments {
    /// The contents of the file that came.
    func senderMap() -> Result<[UInt8], SystemError> {
        guard let file = descriptor.take() else { return .failure(SystemError(errno: EMFILE)) }
        do throws(SystemError) {
            return .success(try file.contents())
        } catch {
            return .failure(error)
        }
    }
}
