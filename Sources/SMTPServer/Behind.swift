import NIOCore

/// What mail goes to: a server, or a program started for the session.
public protocol Behind: Sendable {
    /// Opens the way to it for one session's mail.
    ///
    /// - Parameter initializer: adds the session's handlers, once and before anything is read; the channel may be connected
    ///   already.
    /// - Returns: a connected channel, without automatic reads; the future fails where there is none to be had. Closing
    ///   the channel ends what was started.
    func open(
        for session: MailSession, on eventLoop: any EventLoop,
        initializer: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
    ) -> EventLoopFuture<any Channel>
}

extension ChannelOptions.Types.WriteBufferWaterMark {
    /// Of a channel to the one behind: a few reads of a large message, so that client and one behind need not take turns.
    static let behind = Self(low: 256 * 1024, high: 512 * 1024)
}
