import NIOCore
import SMTP

/// The session's way to the one behind: there may be none yet, and one after another, but never two at once that
/// matter.
final class BehindLink {
    var driver: SessionDriver?
    private let behind: (any Behind)?
    private let patience: TimeAmount
    private var current: BehindHandler?
    /// Was let go, and may not be closed.
    private var former: BehindHandler?
    /// How many ways are not closed.
    private var open = 0

    /// - Parameter patience: how long the one behind has to close the connection after QUIT.
    init(_ behind: (any Behind)?, patience: TimeAmount) {
        self.behind = behind
        self.patience = patience
    }

    var isGone: Bool { open == 0 }

    var isWritable: Bool { current?.isWritable ?? true }

    func open(_ session: MailSession, on eventLoop: any EventLoop) {
        guard let behind else {
            driver?.behindIsGone(.notOpened(errno: nil))
            return
        }
        // Two descriptors are all that a session has.
        former?.close()
        former = nil
        let handler = BehindHandler(self)
        current = handler
        open += 1
        let bound = NIOLoopBound(handler, eventLoop: eventLoop)
        behind.open(for: session, on: eventLoop) { channel in
            channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(bound.value) }
        }.assumeIsolated().whenComplete { result in
            switch result {
            case .failure(let error): handler.isGone(.notOpened(error))
            case .success: self.read()
            }
        }
    }

    func read() { current?.read() }

    func write(_ bytes: ByteBuffer) { current?.write(bytes) }

    /// Lets the one behind go. What it still says is nobody's.
    ///
    /// - Parameter saysQuit: whether it waits for a command. Never where it reads a message: QUIT would be a part of it.
    func leave(saying saysQuit: Bool) {
        guard let current else { return }
        current.leave(saying: saysQuit, patience: patience)
        former = current
        self.current = nil
    }

    // What a way tells.

    func replied(_ handler: BehindHandler, _ bytes: ByteBuffer) {
        if handler === current { driver?.replied(bytes) }
    }

    func proceed(_ handler: BehindHandler) {
        if handler === current { driver?.proceed() }
    }

    /// Told once by each way.
    func isOver(_ handler: BehindHandler, _ loss: Loss) {
        open -= 1
        if handler === former { former = nil }
        if handler === current {
            driver?.behindIsGone(loss)
            if handler === current { current = nil }
        } else {
            driver?.tellIfOver()
        }
    }
}
