import CLibc
import CheckpwdCore
import NIOCore
import NIOPosix
import NIOSSL
import NIOTLS
import TransportSecurity

/// Moves bytes between a channel and a session; what they mean, the session knows.
final class ProbeHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var session: ClientSession
    private let makeTLS: () throws -> NIOSSLClientHandler
    private let trust: Trust
    private let show: (TranscriptLine) -> Void
    /// Fails where the login was not accepted, with the reason.
    private let outcome: EventLoopPromise<Void>
    private var isOver = false

    init(
        _ session: consuming ClientSession, trust: Trust, makeTLS: @escaping () throws -> NIOSSLClientHandler,
        outcome: EventLoopPromise<Void>, show: @escaping (TranscriptLine) -> Void
    ) {
        self.session = session
        self.trust = trust
        self.makeTLS = makeTLS
        self.outcome = outcome
        self.show = show
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isOver else { return }
        act(on: session.receive(unwrapInboundIn(data).readableBytesView), context)
    }

    /// Time is up.
    struct Deadline: Sendable {}

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is Deadline { return end(session.closed(Cause(.noAnswerInTime)), context) }
        guard !isOver, case .some(.handshakeCompleted) = event as? TLSUserEvent else { return }
        var words: [UInt8] =
            switch try? context.pipeline.syncOperations.nioSSL_tlsVersion() {
            case .tlsv12: [UInt8]("TLS 1.2, ")
            case .tlsv13: [UInt8]("TLS 1.3, ")
            default: [UInt8]("TLS, ")
            }
        words += trust.words
        act(on: session.encrypted(words), context)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        end(session.closed(ConnectionError.cause(of: error)), context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        guard !isOver else { return }
        end(session.closed(), context)
    }

    private func act(on action: ClientSession.Action?, _ context: ChannelHandlerContext) {
        for line in session.takeTranscript() { show(line) }
        switch action {
        case .send(let line):
            send(line.text, context)
            // A goodbye is not worth a wait.
            if session.isSettled { pass(Deadline(), in: .milliseconds(500), context) }
        case .startTLS:
            do {
                // In front of everything, and at once: nothing that comes from now on is read in the clear.
                try context.pipeline.syncOperations.addHandler(makeTLS(), position: .first)
            } catch {
                errorCaught(context: context, error: error)
            }
        case .finish(let failure): end(failure, context)
        case nil: break
        }
    }

    private func pass(_ event: Deadline, in time: TimeAmount, _ context: ChannelHandlerContext) {
        let channel = context.channel
        context.eventLoop.scheduleTask(in: time) { channel.pipeline.fireUserInboundEventTriggered(event) }
    }

    private func send(_ text: borrowing WipedText, _ context: ChannelHandlerContext) {
        let buffer = text.withUnsafeBytes { ByteBuffer(bytes: $0) }
        context.writeAndFlush(wrapOutboundOut(buffer)).assumeIsolated().whenComplete { _ in
            // It may be a secret. Sound: heap memory that nobody reads any more; the mutable accessors would copy it first.
            buffer.withUnsafeReadableBytes {
                explicit_bzero(UnsafeMutableRawPointer(mutating: $0.baseAddress!), $0.count)
            }
        }
    }

    private func end(_ failure: Failure?, _ context: ChannelHandlerContext) {
        guard !isOver else { return }
        isOver = true
        for line in session.takeTranscript() { show(line) }
        if let failure { outcome.fail(failure) } else { outcome.succeed() }
        context.close(promise: nil)
    }
}

/// What went wrong with a connection, in words for a person.
enum ConnectionError {
    static func cause(of error: any Error) -> Cause {
        switch error {
        case let error as IOError: Cause(.connectionLost, errno: error.errnoCode)
        case ChannelError.connectTimeout: Cause(.noAnswerInTime)
        case is NIOSSLError, is BoringSSLError, is NIOSSLExtraError:
            tls(LibraryWord.of(error) ?? [UInt8](String(describing: error).utf8))
        default: Cause(.connectionLost, about: [UInt8](String(describing: error).utf8))
        }
    }

    private static func tls(_ reason: [UInt8]) -> Cause {
        guard reason == "CERTIFICATE_VERIFY_FAILED" else { return Cause(.tlsFailed, about: reason) }
        return Cause(
            .serversCertificateIsOfNoAuthorityThatIsTrusted,
            remedy: "--ca names the authority's certificate, --insecure takes any")
    }

    /// Why a server is not reached.
    static func cause(of error: any Error, at target: Target) -> Cause {
        let place = [UInt8]("\(target.host):\(target.port)".utf8)
        guard let error = error as? NIOConnectionError else { return cause(of: error) }
        // One for each of its addresses; they seldom differ.
        switch error.connectionErrors.first?.error {
        case let cause as IOError:
            return Cause(.serverCannotBeReached, about: place, errno: cause.errnoCode)
        case .some: return Cause(.noAnswerInTime, about: place)
        case nil: return Cause(.serversNameHasNoAddress, about: place)
        }
    }
}
