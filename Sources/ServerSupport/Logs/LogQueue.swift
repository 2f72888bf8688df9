import Glibc
import Logging
import NIOPosix
import Synchronization

/// Takes lines of the log to a thread of its own, so that no event loop waits for whoever reads the log. While there is no
/// such thread, they are written at once.
public final class LogQueue: Sendable {
    /// Writes a line; before it, how many were lost since the one before.
    typealias Work = @Sendable (_ lost: Int) -> Void

    private struct State {
        var thread: NIOThreadPool?
        var waiting = 0
        var lost = 0
    }

    private let most: Int
    private let state = Mutex(State())

    /// - Parameter most: how many lines may wait. Of a log that is not read, those beyond are lost, and counted.
    public init(most: Int = 10_000) {
        self.most = most
    }

    /// From now on there is the thread.
    public func begin() {
        let thread = NIOThreadPool(numberOfThreads: 1)
        thread.start()
        state.withLock { $0.thread = thread }
    }

    func put(_ work: @escaping Work) {
        let (thread, hasPlace) = state.withLock { state in
            guard let thread = state.thread else { return (NIOThreadPool?.none, true) }
            guard state.waiting < most else {
                state.lost += 1
                return (thread, false)
            }
            state.waiting += 1
            return (thread, true)
        }
        guard let thread else { return work(0) }
        guard hasPlace else { return }
        thread.submit { _ in
            let lost = self.state.withLock { state in
                defer { state.lost = 0 }
                return state.lost
            }
            work(lost)
            self.state.withLock { $0.waiting -= 1 }
        }
    }

    /// Waits until all is written, but not for ever.
    public func flush() {
        for _ in 0..<1000 where state.withLock({ $0.waiting > 0 }) { usleep(1000) }
    }
}

/// Another handler, through a queue.
public struct QueuedLog: LogHandler {
    private var handler: any LogHandler
    private let queue: LogQueue

    public init(_ handler: any LogHandler, _ queue: LogQueue) {
        self.handler = handler
        self.queue = queue
    }

    public var metadata: Logger.Metadata {
        get { handler.metadata }
        set { handler.metadata = newValue }
    }

    public var logLevel: Logger.Level {
        get { handler.logLevel }
        set { handler.logLevel = newValue }
    }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { handler[metadataKey: key] }
        set { handler[metadataKey: key] = newValue }
    }

    public func log(event: LogEvent) {
        queue.put { [handler] lost in
            if lost > 0 {
                var loss = event
                loss.level = .error
                loss.message = "\(lost) lines of the log were lost: it is not read fast enough"
                loss.metadata = nil
                handler.log(event: loss)
            }
            handler.log(event: event)
        }
    }
}
