import NIOCore
import SMTP

/// Ends a session that lasts too long, or in which nothing is said.
final class SessionClock {
    weak var driver: SessionDriver?
    private let eventLoop: any EventLoop
    private let limits: Limits
    private var lastHeard = NIODeadline.now()
    private var tasks: [Scheduled<Void>] = []

    init(_ eventLoop: any EventLoop, _ limits: Limits) {
        self.eventLoop = eventLoop
        self.limits = limits
    }

    /// Either side said something.
    func heard() { lastHeard = .now() }

    func start() {
        heard()
        tasks = [after(limits.session) { $0.end(.tooLong) }]
        watch(limits.idle)
    }

    /// The last reply was sent: what is left of the session has little time.
    func startClosing() {
        stop()
        tasks = [after(limits.closing) { $0.channel.close(promise: nil) }]
    }

    func stop() {
        for task in tasks { task.cancel() }
        tasks = []
    }

    /// Looks after some time whether anything was heard in it. So nothing is scheduled anew for each read.
    private func watch(_ time: TimeAmount) {
        let task = after(time) { driver in
            let rest = self.lastHeard + self.limits.idle - .now()
            if rest > .zero {
                self.watch(rest)
            } else if driver.isBusy {
                self.watch(self.limits.idle)
            } else {
                driver.end(.idle)
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
