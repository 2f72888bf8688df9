import CSeparation
import CLibc
import CheckpwdCore
import Glibc

/// One auth command that stays, and our end of what it has as descriptor 3.
final class Resident {
    let id: pid_t
    /// When it is closed, the command ends.
    private let socket: FileDescriptor
    private(set) var questions = 0
    var idleSince: ContinuousClock.Instant
    /// When it was asked the last question.
    var askedAt: ContinuousClock.Instant
    /// Whether it is to end after the login that it is being asked about.
    var isDismissed = false
    /// Whether it can still be asked.
    private(set) var takesQuestions = true

    init(id: pid_t, socket: consuming FileDescriptor, now: ContinuousClock.Instant) {
        self.id = id
        self.socket = socket
        idleSince = now
        askedAt = now
    }

    var descriptor: Int32 { socket.number }

    /// What the answer to the last question begins with: none that is late, or was never asked for, is taken for it.
    private var mark: UInt8 { UInt8(truncatingIfNeeded: questions) }

    /// Asks about one login.
    ///
    /// - Returns: 0 or an errno(3).
    func ask(_ variables: [UInt8], _ credentials: borrowing Secret) -> Int32 {
        questions += 1
        let packet = Secret(capacity: 1 + variables.count + credentials.count) { buffer in
            buffer[0] = mark
            buffer[1...].copyBytes(from: variables)
            credentials.withUnsafeBytes { buffer[(1 + variables.count)...].copyBytes(from: $0) }
            return buffer.count
        }
        return packet.withUnsafeBytes { cseparation_send(descriptor, $0.baseAddress!, $0.count, -1) }
    }

    /// Nothing is asked any more: one that waits for the end of what it reads, as a program does that was not told to stay, has
    /// it now; one that decides a login still can answer.
    func letGoOfQuestions() {
        takesQuestions = false
        isDismissed = true
        shutdown(descriptor, Int32(SHUT_WR))
    }

    enum Word: Equatable {
        case nothing
        /// What would be its exit status.
        case answer(UInt8)
        /// It has let go of its end, or said what is no answer to what it was asked.
        case gone
    }

    func hear() -> Word {
        var bytes: [UInt8] = [0, 0, 0]
        var attached: Int32 = -1
        let count = cseparation_receive(descriptor, &bytes, bytes.count, &attached)
        if attached >= 0 { close(attached) }
        if count == 2, attached == -1, bytes[0] == mark { return .answer(bytes[1]) }
        return count < 0 && clibc_errno() == EAGAIN ? .nothing : .gone
    }
}
