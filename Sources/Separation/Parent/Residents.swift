import CPlatform
import CSeparation
import Credentials

/// The auth commands that stay: which of them is being asked about a login, and which waits for one.
struct Residents {
    typealias Instant = ContinuousClock.Instant

    /// One of them.
    final class Resident {
        let id: pid_t
        /// Our end of what it has as descriptor 3. When that is closed, it ends.
        private let socket: FileDescriptor
        fileprivate var askedCount = 0
        fileprivate var idleSince: Instant
        /// Whether it is to end after the login that it is being asked about.
        fileprivate var isDismissed = false

        init(id: pid_t, socket: consuming FileDescriptor, now: Instant) {
            self.id = id
            self.socket = socket
            idleSince = now
        }

        var descriptor: Int32 { socket.number }

        /// - Returns: 0 or an errno(3).
        func send(_ packet: borrowing Secret) -> Int32 {
            packet.withUnsafeBytes { cseparation_send(socket.number, $0.baseAddress!, $0.count, -1) }
        }

        enum Word: Equatable {
            case nothing
            /// What would be its exit status.
            case answer(UInt8)
            /// It has let go of its end, or says what no answer is.
            case gone
        }

        func hear() -> Word {
            var bytes: [UInt8] = [0, 0]
            var attached: Int32 = -1
            let count = cseparation_receive(socket.number, &bytes, bytes.count, &attached)
            if attached >= 0 { close(attached) }
            if count == 1, attached == -1 { return .answer(bytes[0]) }
            return count < 0 && cplatform_errno() == EAGAIN ? .nothing : .gone
        }
    }

    private let mostAsked: Int
    private let idling: Duration
    /// The one that was asked last at the end.
    private var idle: [Resident] = []
    private var busy: [pid_t: Resident] = [:]

    /// - Parameters:
    ///   - mostAsked: how many logins one is asked about.
    ///   - idling: how long one is kept that is asked nothing.
    init(mostAsked: Int, idling: Duration) {
        self.mostAsked = mostAsked
        self.idling = idling
    }

    /// Those that owe an answer.
    var asked: [Resident] { Array(busy.values) }

    /// One that is asked about a login, if it is.
    func asked(_ id: pid_t) -> Resident? { busy[id] }

    /// The idle one that was asked last, so that those that are not needed are idle for long.
    mutating func takeIdle() -> Resident? { idle.popLast() }

    /// It is being asked about a login.
    mutating func ask(_ resident: Resident) {
        resident.askedCount += 1
        busy[resident.id] = resident
    }

    /// It has answered.
    ///
    /// - Returns: whether it stays.
    mutating func rest(_ resident: Resident, now: Instant) -> Bool {
        busy[resident.id] = nil
        guard resident.askedCount < mostAsked, !resident.isDismissed else { return false }
        resident.idleSince = now
        idle.append(resident)
        return true
    }

    /// It has ended, or is not heard any more.
    mutating func remove(_ id: pid_t) {
        busy[id] = nil
        idle.removeAll { $0.id == id }
    }

    /// Lets go of those that were asked nothing for long.
    mutating func letGoOfIdle(at now: Instant) -> [pid_t] {
        // Whoever was asked nothing for the longest time is the first.
        let count = idle.prefix { $0.idleSince + idling <= now }.count
        defer { idle.removeFirst(count) }
        return idle.prefix(count).map(\.id)
    }

    /// Lets go of those that are idle, and later of those that are not.
    mutating func letGoOfAll() -> [pid_t] {
        for resident in busy.values { resident.isDismissed = true }
        defer { idle = [] }
        return idle.map(\.id)
    }

    /// When the next one is to be let go of.
    var nextDeadline: Instant? { idle.first.map { $0.idleSince + idling } }
}
