import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
@testable import SMTPServer

/// A mail server that takes everything, on loopback: the backend in these tests. It keeps what it was sent.
final class Sink: Sendable {
    private let channel: any Channel
    private let group = MultiThreadedEventLoopGroup.singleton
    /// What each session was sent, in the order in which they began.
    let sessions = NIOLockedValueBox<[[UInt8]]>([])
    /// How many connections are closed.
    let closed = NIOLockedValueBox(0)

    /// - Parameters:
    ///   - reading: whether it reads messages, or leaves them in the kernel.
    ///   - hangsUp: whether it closes the connection after QUIT.
    ///   - answer: its answer to a command, if not the usual one; empty to say nothing.
    init(reading: Bool = true, hangsUp: Bool = true, answer: @escaping @Sendable (String) -> String? = { _ in nil }) async throws {
        let (sessions, closed) = (sessions, closed)
        channel = try await ServerBootstrap(group: group)
            .childChannelInitializer { channel in
                let number = sessions.withLockedValue { sessions in
                    sessions.append([])
                    return sessions.count - 1
                }
                channel.closeFuture.whenComplete { _ in closed.withLockedValue { $0 += 1 } }
                return channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        Handler(answer: answer, reading: reading, hangsUp: hangsUp) { bytes in
                            sessions.withLockedValue { $0[number] += bytes }
                        })
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        relay = RelayBackend(.host("127.0.0.1", port: channel.localAddress!.port!))
    }

    let relay: RelayBackend

    var eventLoop: any EventLoop { channel.eventLoop }

    func close() async throws { try await channel.close().get() }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let answer: @Sendable (String) -> String?
        private let reading: Bool
        private let hangsUp: Bool
        private let keep: ([UInt8]) -> Void
        private var waiting: [UInt8] = []
        private var isData = false
        /// The last bytes of a message.
        private var last: [UInt8] = []

        init(
            answer: @escaping @Sendable (String) -> String?, reading: Bool, hangsUp: Bool,
            keep: @escaping ([UInt8]) -> Void
        ) {
            self.answer = answer
            self.reading = reading
            self.hangsUp = hangsUp
            self.keep = keep
        }

        func channelActive(context: ChannelHandlerContext) { say("220 behind", context) }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let bytes = Array(unwrapInboundIn(data).readableBytesView)
            keep(bytes)
            guard !isData else { return message(bytes, context) }
            waiting += bytes
            while !isData, let lf = waiting.firstIndex(of: 10) {
                let line = String(decoding: waiting[..<lf], as: UTF8.self).trimmingCarriageReturn
                waiting.removeFirst(lf + 1)
                command(line, context)
            }
        }

        private func command(_ line: String, _ context: ChannelHandlerContext) {
            let usual =
                switch line.prefix(4).uppercased() {
                case "EHLO": "250-behind\r\n250-SIZE 100000000\r\n250-AUTH PLAIN\r\n250 8BITMIME"
                case "DATA": "354 go"
                case "QUIT": "221 bye"
                default: "250 \(line)"
                }
            let words = answer(line) ?? usual
            if words.hasPrefix("354") {
                isData = true
                last = [13, 10]
                if !reading { _ = context.channel.setOption(.autoRead, value: false) }
            }
            if !words.isEmpty { say(words, context) }
            if line == "QUIT", hangsUp { context.close(promise: nil) }
        }

        private func message(_ bytes: [UInt8], _ context: ChannelHandlerContext) {
            last = (last + bytes).suffix(5)
            guard last == [13, 10, 46, 13, 10] else { return }
            isData = false
            say("250 queued", context)
        }

        private func say(_ words: String, _ context: ChannelHandlerContext) {
            context.channel.writeAndFlush(ByteBuffer(string: words + "\r\n"), promise: nil)
        }
    }
}

extension String {
    fileprivate var trimmingCarriageReturn: String { hasSuffix("\r") ? String(unicodeScalars.dropLast()) : self }
}
