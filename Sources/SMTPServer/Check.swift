import NIOCore
import SMTP

/// A claim that is being checked, or was.
public struct Check: Sendable {
    /// What comes of it; never fails.
    public let outcome: EventLoopFuture<Outcome>
    /// Its number, by which the program behind is started for who logged in; nil where whoever checks keeps no books.
    public let ticket: UInt64?
    private let whenForgotten: @Sendable () -> Void

    /// - Parameter whenForgotten: called when nobody waits for it or relies on it any more, perhaps more than once.
    public init(
        _ outcome: EventLoopFuture<Outcome>, ticket: UInt64? = nil, whenForgotten: @escaping @Sendable () -> Void = {}
    ) {
        self.outcome = outcome
        self.ticket = ticket
        self.whenForgotten = whenForgotten
    }

    /// The client is gone, or has to log in anew.
    func forget() { whenForgotten() }
}
