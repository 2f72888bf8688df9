import NIOCore
import SMTP

/// Ends a session that lasts too long, or in which whoever has the word says nothing.
final class SessionClock {
    weak var driver: SessionDriver?
    private let eventLoop: any EventLoop
    private let timeouts: SessionTimeouts
    private var lastHeard: NIODeadline
    private var tasks: [Scheduled<Void>] = []

    init(_ eventLoop: any EventLoop, _ timeouts: SessionTimeouts) {
        self.eventLoop = eventLoop
        self.timeouts = timeouts
        lastHeard = eventLoop.now
    }

    /// Either side said something.
    func heard() { lastHeard = eventLoop.now }

    func start() {
        heard()
        tasks = [after(timeouts.session) { $0.end(.tooLong) }]
        watch(timeouts.idle)
    }

    /// The last reply was sent: what is left of the session has little time.
    func startClosing() {
        stop()
        tasks = [after(timeouts.closing) { $0.channel.close(promise: nil) }]
    }

    func stop() {
        for task in tasks { task.cancel() }
        tasks = []
    }

    /// Looks after some time whether anything was heard in it. So nothing is scheduled anew for each read. It looks again
    /// before any limit is over, since by then somebody else may have the word.
    private func watch(_ time: TimeAmount) {
        let task = after(min(time, timeouts.idle, timeouts.backend)) { driver in
            let silence = self.eventLoop.now - self.lastHeard
            switch driver.awaited {
            case .client where silence >= self.timeouts.idle: driver.end(.idle)
            case .backend where silence >= self.timeouts.backend: driver.backendIsSilent()
            case .client: self.watch(self.timeouts.idle - silence)
            case .backend: self.watch(self.timeouts.backend - silence)
            case .ourselves: self.watch(self.timeouts.idle)
            }
        }
        tasks = tasks.prefix(1) + [task]
    }

    private func after(_ time: TimeAmount, _ act: @escaping (SessionDriver) -> Void) -> Scheduled<Void> {
        let bound = NIOLoopBound((self, act), eventLoop: eventLoop)
        return eventLoop.scheduleTask(in: time) {
            if let driver = bound.value.0.driver { bound.value.1(driver) }
        }
    }
}

/// How long a session may last, and either side be silent.
public struct SessionTimeouts: Sendable {
    public var session = TimeAmount.hours(1)
    /// RFC 5321 section 4.5.3.2.7: at least five minutes.
    public var idle = TimeAmount.minutes(5)
    /// RFC 5321 section 4.5.3.2.6: ten minutes for the answer to a message, which is the longest that anybody has to wait
    /// for.
    public var backend = TimeAmount.minutes(10)
    /// How long a client is watched before it is greeted: one that speaks meanwhile does not listen.
    public var greetingDelay = TimeAmount.milliseconds(50)
    /// How long a client, or the backend, has to take our last words.
    public var closing = TimeAmount.seconds(5)

    /// How long a proxy has to send its header.
    public var proxyHeader = TimeAmount.seconds(10)

    public init() {}
}
