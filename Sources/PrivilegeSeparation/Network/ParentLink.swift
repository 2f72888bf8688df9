import CLibc
import CSeparation
import CheckpwdCore
import Glibc
import Synchronization

/// The network process's way to its parent. Any thread may ask; one thread, in `run`, hears the answers.
public final class ParentLink: Sendable {
    public typealias WhenChecked = @Sendable (CheckResult) -> Void
    public typealias WhenOpened = @Sendable (Result<Opened, NotOpened>) -> Void

    private struct State {
        var nextTicket: UInt64 = 1
        var checks: [UInt64: WhenChecked] = [:]
        var opens: [UInt64: WhenOpened] = [:]
        var sendQueue: SendQueue
        var hasLeft = false
        /// Certificates that came, and that further ones belong to.
        var certificates: [NetworkStartup.Certificate] = []
    }

    private let socket: MessageSocket
    private let alarm: FileDescriptor
    private let state: Mutex<State>

    /// - Returns: nil, and errno, where an alarm cannot be had.
    public init?(_ socket: consuming MessageSocket) {
        let alarm = cseparation_alarm()
        state = Mutex(State(sendQueue: SendQueue(socket: socket.descriptor.number)))
        self.socket = socket
        self.alarm = FileDescriptor(owning: alarm)
        guard alarm >= 0 else { return nil }
    }

    /// Has the auth command run on credentials.
    ///
    /// - Parameters:
    ///   - method: the name of the mechanism.
    ///   - answer: called once, on the thread in `run`.
    /// - Returns: the check's ticket, which is to be forgotten when nobody waits for it or relies on it any more.
    public func check(
        _ credentials: borrowing Secret, method: [UInt8], _ connection: ConnectionEnvironment, answer: @escaping WhenChecked
    ) -> UInt64 {
        let ticket = newTicket()
        let message = OutgoingMessage(NetworkMessage.check(ticket: ticket, method: method, connection), secret: credentials)
        send(message) { $0.checks[ticket] = answer }
        return ticket
    }

    /// Nobody waits for a check any more, or relies on it. If its turn has not come, it is answered at once.
    public func forget(_ ticket: UInt64) { send(OutgoingMessage(NetworkMessage.forget(ticket: ticket))) { _ in } }

    /// Asks the parent to start the backend program.
    ///
    /// - Parameters:
    ///   - login: the ticket of the check by which the client has logged in, if it has.
    ///   - answer: called once, on the thread in `run`.
    public func open(login: UInt64?, _ connection: ConnectionEnvironment, answer: @escaping WhenOpened) {
        let ticket = newTicket()
        send(OutgoingMessage(NetworkMessage.open(ticket: ticket, login: login, connection))) { $0.opens[ticket] = answer }
    }

    /// The session that had this program is over.
    public func over(_ ticket: UInt64) { send(OutgoingMessage(NetworkMessage.over(ticket: ticket))) { _ in } }

    /// Clients are served.
    public func ready() { send(OutgoingMessage(NetworkMessage.ready)) { _ in } }

    /// Makes `run` return.
    public func leave() {
        state.withLock { $0.hasLeft = true }
        cseparation_ring(alarm.number)
    }

    /// Hears the parent until `leave`, or until it is gone.
    ///
    /// - Returns: which of them it was; unless it was `leave`, nothing may go on without the parent.
    public func run(_ take: (Event) -> Void) -> Parting {
        do throws(Parting) {
            while true {
                let (events, timeout) = try flush()
                wait(events, timeout)
                try hear(take)
            }
        } catch {
            return state.withLock { $0.hasLeft } ? .left : error
        }
    }

    /// - Returns: what to wait for, and for how many milliseconds at most.
    private func flush() throws(Parting) -> (events: Int32, timeout: Int32) {
        let (hasLeft, failure, needsRoom, needsPatience) = state.withLock { state in
            state.sendQueue.flush()
            return (state.hasLeft, state.sendQueue.failure, state.sendQueue.needsRoom, state.sendQueue.needsPatience)
        }
        if hasLeft { throw .left }
        if let failure { throw .deaf(failure) }
        return (needsRoom ? POLLIN | POLLOUT : POLLIN, needsPatience ? SendQueue.patience : -1)
    }

    private func wait(_ events: Int32, _ timeout: Int32) {
        var polled = [
            pollfd(fd: socket.descriptor.number, events: Int16(events), revents: 0),
            pollfd(fd: alarm.number, events: Int16(POLLIN), revents: 0),
        ]
        poll(&polled, nfds_t(polled.count), timeout)
        cseparation_silence(alarm.number)
    }

    /// - Throws: at the end.
    private func hear(_ take: (Event) -> Void) throws(Parting) {
        while true {
            let arrival: MessageSocket.Arrival<ParentMessage>
            do throws(Malformed) {
                arrival = try socket.receive(ParentMessage.self)
            } catch {
                throw .misunderstood(error)
            }
            switch arrival {
            case .nothing: return
            case .end: throw .gone
            case .message(let message, let attachments): obey(message, attachments, take)
            }
        }
    }

    private func obey(
        _ message: ParentMessage, _ attachments: MessageSocket.Attachments, _ take: (Event) -> Void
    ) {
        switch message {
        case .checked(let ticket, let checked): state.withLock { $0.checks.removeValue(forKey: ticket) }?(checked)
        case .opened(let ticket):
            guard let answer = state.withLock({ $0.opens.removeValue(forKey: ticket) }) else { return }
            guard let socket = attachments.descriptor.take() else {
                // The program has lost its session already.
                over(ticket)
                return answer(.failure(NotOpened(errno: EMFILE)))
            }
            answer(.success(Opened(ticket: ticket, socket: socket.release())))
        case .notOpened(let ticket, let errno):
            state.withLock { $0.opens.removeValue(forKey: ticket) }?(.failure(NotOpened(errno: errno)))
        case .certificate(let chain, let isLast):
            let certificates = state.withLock { state in
                state.certificates.append(NetworkStartup.Certificate(chain: chain, key: attachments.secret.take()!))
                return state.certificates
            }
            guard isLast else { return }
            state.withLock { $0.certificates = [] }
            take(.certificates(certificates))
        case .senderMap: take(.senderMap(attachments.senderMap()))
        case .mechanisms(let names): take(.mechanisms(names))
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
    private func send(_ message: OutgoingMessage, noting note: (inout State) -> Void) {
        let isSent = state.withLock { state in
            note(&state)
            state.sendQueue.send(message)
            return state.sendQueue.isEmpty && state.sendQueue.failure == nil
        }
        if !isSent { cseparation_ring(alarm.number) }
    }
}

extension ParentLink {
    /// What the parent says without being asked.
    public enum Event {
        /// All that the server has from now on.
        case certificates([NetworkStartup.Certificate])
        case senderMap(Result<[UInt8], SystemError>)
        /// Names joined by commas.
        case mechanisms([UInt8])
        case reload
        case drain
    }

    /// The backend program of one session.
    public struct Opened: Sendable {
        public let ticket: UInt64
        /// A socket that leads to it. Whoever gets this owns it.
        public let socket: Int32
    }

    /// The backend program was not started, with this errno(3).
    public struct NotOpened: Error, Equatable {
        public let errno: Int32
    }

    /// Why the parent is not heard any more.
    public enum Parting: Error, Equatable, CustomStringConvertible {
        /// `leave` was called.
        case left
        /// It is gone.
        case gone
        /// It said this, so it is not ours any more.
        case misunderstood(Malformed)
        /// It could not be told something, with this errno(3).
        case deaf(Int32)

        public var description: String {
            switch self {
            case .left: "left"
            case .gone: "it is gone"
            case .misunderstood(let malformed): "it sent \(malformed.word)"
            case .deaf(let errno): "it cannot be told something: \(String(decoding: Cause.words(errno), as: UTF8.self))"
            }
        }
    }
}
