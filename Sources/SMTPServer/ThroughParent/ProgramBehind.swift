import CheckpwdCore
import NIOCore
import NIOPosix
import PrivilegeSeparation
import SASL

/// A program that the parent process starts for each session, at the other end of a socket pair.
public struct ProgramBehind: Behind {
    private let link: ParentLink

    public init(_ link: ParentLink) {
        self.link = link
    }

    public func open(
        for session: MailSession, on eventLoop: any EventLoop,
        initializer: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
    ) -> EventLoopFuture<any Channel> {
        let opened = eventLoop.makePromise(of: ParentLink.Opened.self)
        link.open(login: session.check, Surroundings(session.client)) { opened.completeWith($0.mapError { $0 as any Error }) }
        return opened.futureResult.flatMap { program in
            ClientBootstrap(group: eventLoop)
                .channelOption(.autoRead, value: false)
                .channelOption(.allowRemoteHalfClosure, value: true)
                .channelOption(.writeBufferWaterMark, value: .behind)
                .channelInitializer(initializer)
                .withConnectedSocket(program.socket)
                .always { result in
                    switch result {
                    case .success(let channel): channel.closeFuture.whenComplete { _ in link.over(program.ticket) }
                    case .failure: link.over(program.ticket)
                    }
                }
        }
    }
}
