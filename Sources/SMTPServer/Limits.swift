import NIOCore

/// How long a session may last, and either side be silent.
public struct Limits: Sendable {
    public var session = TimeAmount.hours(1)
    /// RFC 5321 section 4.5.3.2.7: at least five minutes.
    public var idle = TimeAmount.minutes(5)
    /// RFC 5321 section 4.5.3.2.6: ten minutes for the answer to a message, which is the longest that anybody has to wait
    /// for.
    public var behind = TimeAmount.minutes(10)
    /// How long a client is watched before it is greeted: one that speaks meanwhile does not listen.
    public var greetingDelay = TimeAmount.milliseconds(50)
    /// How long a client, or the one behind, has to take our last words.
    public var closing = TimeAmount.seconds(5)

    /// How long a proxy has to send its header.
    public var proxyHeader = TimeAmount.seconds(10)

    public init() {}
}
