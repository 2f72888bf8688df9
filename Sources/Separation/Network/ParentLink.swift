import CPlatform
import CSeparation
import Credentials
import Glibc
import Synchronization

/// The network process's way to its parent. Any thread may ask; one thread, in `run`, hears the answers.
public final class ParentLink: Sendable {
    /// What the parent says without being asked.
    public enum Event: ~Copyable {
        case certificate(Station.Certificate)
        case senderMap([UInt8])
        case reload
        case drain
    }

    /// The program behind of one session.
    public struct Opened: Sendable {
        public let ticket: UInt64
        /// A socket that leads to it. Whoever gets this owns it.
        public let socket: Int32
    }

    /// The program behind was not started, with this errno(3).
    public struct NotOpened: Error, Equatable {
        public let errno: Int32
    }

    public typealias WhenChecked = @Sendable (Checked) -> Void
    public typealias WhenOpened = @Sendable (Result<Opened, NotOpened>) -> Void

    private struct State {
        var nextTicket: UInt64 = 1
        var checks: [UInt64: WhenChecked] = [:]
        var opens: [UInt64: WhenOpened] = [:]
        var outbox: Outbox
        var hasLeft = false
    }

    private let socket: MessageSocket
    private let alarm: FileDescriptor
    private let state: Mutex<State>

    /// - Returns: nil, and errno, where an alarm cannot be had.
    public init?(_ socket: consuming MessageSocket) {
        let alarm = cseparation_alarm()
        state = Mutex(State(outbox: Outbox(socket: socket.descriptor.number)))
        self.socket = socket
        self.alarm = FileDescriptor(owning: alarm)
        guard alarm >= 0 else { return nil }
    }

    /// Has the auth command run on credentials.
    ///
    /// - Parameter answer: called once, on the thread in `run`.
    public func check(_ credentials: borrowing Secret, _ surroundings: Surroundings, answer: @escaping WhenChecked) {
        let ticket = newTicket()
        let parcel = Parcel(Request.check(ticket: ticket, surroundings), secret: credentials)
        send(parcel) { $0.checks[ticket] = answer }
    }

    /// Has the program behind started.
    ///
    /// - Parameter answer: called once, on the thread in `run`.
    public func open(_ surroundings: Surroundings, answer: @escaping WhenOpened) {
        let ticket = newTicket()
        send(Parcel(Request.open(ticket: ticket, surroundings))) { $0.opens[ticket] = answer }
    }

    /// The session that had this program is over.
    public func over(_ ticket: UInt64) { send(Parcel(Request.over(ticket: ticket))) { _ in } }

    /// Clients are served.
    public func ready() { send(Parcel(Request.ready)) { _ in } }

    /// Makes `run` return.
    public func leave() {
        state.withLock { $0.hasLeft = true }
        cseparation_ring(alarm.number)
    }

    /// Hears the parent until `leave`, or until it is gone.
    ///
    /// - Returns: whether `leave` was called; if not, nothing may go on without the parent.
    public func run(_ take: (consuming Event) -> Void) -> Bool {
        while true {
            let (hasLeft, isEmpty) = state.withLock { state in
                state.outbox.flush()
                return (state.hasLeft, state.outbox.isEmpty)
            }
            if hasLeft { return true }
            wait(isEmpty ? POLLIN : POLLIN | POLLOUT)
            guard hear(take) else { return state.withLock { $0.hasLeft } }
        }
    }

    private func wait(_ events: Int32) {
        var polled = [
            pollfd(fd: socket.descriptor.number, events: Int16(events), revents: 0),
            pollfd(fd: alarm.number, events: Int16(POLLIN), revents: 0),
        ]
        poll(&polled, nfds_t(polled.count), -1)
        cseparation_silence(alarm.number)
    }

    /// - Returns: false at the end.
    private func hear(_ take: (consuming Event) -> Void) -> Bool {
        while true {
            // Whatever the parent is that is not understood, it is not ours any more.
            guard let arrival = try? socket.receive(Order.self) else { return false }
            switch consume arrival {
            case .nothing: return true
            case .end: return false
            case .message(let order, let attachments): obey(order, attachments, take)
            }
        }
    }

    private func obey(
        _ order: Order, _ attachments: consuming MessageSocket.Attachments, _ take: (consuming Event) -> Void
    ) {
        switch order {
        case .checked(let ticket, let checked): state.withLock { $0.checks.removeValue(forKey: ticket) }?(checked)
        case .opened(let ticket):
            guard let answer = state.withLock({ $0.opens.removeValue(forKey: ticket) }) else { return }
            answer(.success(Opened(ticket: ticket, socket: attachments.descriptor.take()!.release())))
        case .notOpened(let ticket, let errno):
            state.withLock { $0.opens.removeValue(forKey: ticket) }?(.failure(NotOpened(errno: errno)))
        case .certificate(let chain): take(.certificate(Station.Certificate(chain: chain, key: attachments.secret.take()!)))
        case .senderMap: if let bytes = attachments.descriptor.take()!.contents() { take(.senderMap(bytes)) }
        case .reload: take(.reload)
        case .drain: take(.drain)
        case .listen, .begin: break
        }
    }

    private func newTicket() -> UInt64 {
        state.withLock { state in
            defer { state.nextTicket += 1 }
            return state.nextTicket
        }
    }

    /// Never waits: what there is no room for now is sent by the thread in `run`.
    private func send(_ parcel: Parcel, noting note: (inout State) -> Void) {
        let isSent = state.withLock { state in
            note(&state)
            state.outbox.send(parcel)
            return state.outbox.isEmpty
        }
        if !isSent { cseparation_ring(alarm.number) }
    }
}
