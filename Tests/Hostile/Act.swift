import CSeparation
import CheckpwdCore
import Glibc
import PrivilegeSeparation

/// What the network process does.
enum Act: String {
    // What it must not.
    case empty, oversized, truncated, unknownKind, tail, badVariable, badLogin, descriptor, descriptors, twice, deaf
    // What it must not: to have mail of somebody relayed who did not log in.
    case relays, impersonates, invents, isRefused, isForgotten
    // What it may, and what becomes of it.
    case leaves, crashes, fails, closes, storm, flood, hangs, hangsForGood, waits, forgets, lingers, opens, tooManyPrograms, overUnknown

    var authCommand: String {
        switch self {
        case .storm: #"cat <&3 >/dev/null; echo + >&2; sleep 0.02; echo - >&2"#
        case .flood: "exit 1"
        case .hangs: "echo $$ >&2; sleep 1000"
        case .hangsForGood: "trap '' TERM; echo $$ >&2; sleep 1000 & wait; wait"
        case .waits, .forgets: "sleep 1000"
        case .opens, .isForgotten: "exit 0"
        case .isRefused: "exit 1"
        default: "exit 7"
        }
    }

    var authTimeout: Int {
        switch self {
        case .hangs, .hangsForGood, .waits: 200
        default: 60000
        }
    }

    var program: String {
        switch self {
        case .lingers: "trap '' TERM; echo $$ >&2; cat; sleep 1000"
        case .tooManyPrograms, .twice: "sleep 1000"
        default: #"echo "220 ${RELAYCLIENT-none} $SMTPAUTHUSER $SMTPAUTHMETHOD $TCPREMOTEIP $PROTO"; cat"#
        }
    }

    private static let socket = NetworkChild.socketNumber

    /// Sends bytes that may be no message, with so many descriptors.
    private func send(_ bytes: [UInt8], descriptor: Int32 = -1) {
        while cseparation_send(Self.socket, bytes, bytes.count, descriptor) == EAGAIN { usleep(1000) }
    }

    private func check(_ ticket: UInt64) {
        send(
            NetworkMessage.check(ticket: ticket, method: Array("PLAIN".utf8), ConnectionEnvironment()).bytes
                + Array("alice\0pass\0\0".utf8))
    }

    /// The bytes of an `open` with one variable, which may be any.
    private func opening(_ variable: Variable, _ value: String) -> [UInt8] {
        let length = [UInt8](repeating: 0, count: 7) + [UInt8(value.utf8.count)]
        return [2] + [UInt8](repeating: 0, count: 8) + [0] + [0, 0, 0, 0, 0, 0, 0, 1, variable.rawValue] + length
            + Array(value.utf8)
    }

    /// Has a login checked, and then a program started for it.
    private func relayAfterCheck(_ socket: borrowing MessageSocket, forgetting: Bool = false) {
        check(1)
        _ = next(socket)
        if forgetting { send(NetworkMessage.forget(ticket: 1).bytes) }
        send(NetworkMessage.open(ticket: 2, login: 1, ConnectionEnvironment()).bytes)
    }

    private func say(_ line: String) {
        let line = Array((line + "\n").utf8)
        _ = write(2, line, line.count)
    }

    func play() {
        let socket = MessageSocket(FileDescriptor(owning: Self.socket))
        switch self {
        case .empty: send([])
        case .oversized: send([UInt8](repeating: 4, count: NetworkMessage.longest + 1))
        case .truncated: send([3, 0])
        case .unknownKind: send([77])
        case .tail: send([4, 4])
        case .badLogin:
            send(
                NetworkMessage.check(ticket: 1, method: Array("PLAIN".utf8), ConnectionEnvironment()).bytes
                    + Array("al\nice\0pass\0\0".utf8))
        case .badVariable: send(opening(.remotePort, "A"))
        case .relays: send(opening(.relayClient, ""))
        case .impersonates: send(opening(.authenticatedUser, "root"))
        case .invents: send(NetworkMessage.open(ticket: 1, login: 7, ConnectionEnvironment()).bytes)
        case .isRefused: relayAfterCheck(socket)
        case .isForgotten: relayAfterCheck(socket, forgetting: true)
        case .descriptor: send([4], descriptor: 2)
        case .descriptors: sendTwoDescriptors()
        case .twice: for _ in 0..<2 { send(NetworkMessage.open(ticket: 1, login: nil, ConnectionEnvironment()).bytes) }
        case .deaf: for ticket in 0..<10_000 { check(UInt64(ticket)) }
        case .leaves: return send(NetworkMessage.ready.bytes)
        case .crashes: kill(getpid(), SIGKILL)
        case .fails: exit(5)
        case .closes: close(Self.socket)
        case .storm, .flood: return ask(socket, self == .storm ? 60 : 3000)
        case .hangs, .hangsForGood: return ask(socket, 1)
        case .waits: return ask(socket, 9)
        case .forgets: return forget(socket)
        case .lingers: return open(socket, close: true)
        case .opens: return open(socket, close: false)
        case .tooManyPrograms: return openMany(socket)
        case .overUnknown:
            for ticket in 0..<5000 { send(NetworkMessage.over(ticket: UInt64(ticket)).bytes) }
            return
        }
        // Whatever it did, it does not end by itself.
        sleep(1000)
    }

    private func sendTwoDescriptors() {
        // SCM_RIGHTS by hand: level, type and length stand before the descriptors (cmsg(3)).
        var control: [UInt64] = [24, UInt64(SOL_SOCKET) | UInt64(SCM_RIGHTS) << 32, 2 | 2 << 32]
        var byte: UInt8 = 4
        withUnsafeMutablePointer(to: &byte) { byte in
            var piece = iovec(iov_base: byte, iov_len: 1)
            withUnsafeMutablePointer(to: &piece) { piece in
                control.withUnsafeMutableBytes { control in
                    var message = msghdr(
                        msg_name: nil, msg_namelen: 0, msg_iov: piece, msg_iovlen: 1, msg_control: control.baseAddress,
                        msg_controllen: 24, msg_flags: 0)
                    _ = sendmsg(Self.socket, &message, 0)
                }
            }
        }
    }

    /// The next order, waited for.
    private func next(_ socket: borrowing MessageSocket) -> (ParentMessage, Int32)? {
        while true {
            var polled = pollfd(fd: Self.socket, events: Int16(POLLIN), revents: 0)
            poll(&polled, 1, -1)
            guard let arrival = try? socket.receive(ParentMessage.self) else { return nil }
            switch arrival {
            case .nothing: continue
            case .end: return nil
            case .message(let message, let attachments): return (message, attachments.descriptor.take()?.release() ?? -1)
            }
        }
    }

    private func ask(_ socket: borrowing MessageSocket, _ count: Int) {
        var answers: [String: Int] = [:]
        // At most as many at once as sessions could.
        for first in stride(from: 0, to: count, by: 100) {
            let some = min(100, count - first)
            for ticket in 0..<some { check(UInt64(first + ticket)) }
            for _ in 0..<some {
                guard case .checked(_, let checked)? = next(socket)?.0 else { return say("no answer") }
                answers["\(checked)", default: 0] += 1
            }
        }
        for (answer, count) in answers.sorted(by: { $0.key < $1.key }) { say("\(answer) \(count)") }
    }

    /// Four logins run, and the last of two that wait is dropped.
    private func forget(_ socket: borrowing MessageSocket) {
        for ticket in 0..<6 { check(UInt64(ticket)) }
        for ticket in [5, 99] { send(NetworkMessage.forget(ticket: UInt64(ticket)).bytes) }
        guard case .checked(let ticket, let checked)? = next(socket)?.0 else { return say("no answer") }
        say("\(ticket) \(checked)")
    }

    private func open(_ socket: borrowing MessageSocket, close closes: Bool) {
        var connection = ConnectionEnvironment()
        try! connection.set(.remoteAddress, Array("192.0.2.7".utf8))
        if !closes {
            check(5)
            guard case .checked(5, .ended(0))? = next(socket)?.0 else { return say("not accepted") }
        }
        send(NetworkMessage.open(ticket: 1, login: closes ? nil : 5, connection).bytes)
        guard case (.opened(1), let program)? = next(socket) else { return say("not opened") }
        if closes {
            send(NetworkMessage.over(ticket: 1).bytes)
            shutdown(program, Int32(SHUT_RDWR))
            // Until the parent has ended it: then its end of the socket is gone, too. It is that of `sleep`.
            return
        }
        var line = [UInt8](repeating: 0, count: 200)
        let count = read(program, &line, line.count)
        say(String(decoding: line.prefix(max(count, 0)), as: UTF8.self))
    }

    private func openMany(_ socket: borrowing MessageSocket) {
        var answers: [String: Int] = [:]
        for ticket in 0..<250 {
            send(NetworkMessage.open(ticket: UInt64(ticket), login: nil, ConnectionEnvironment()).bytes)
            switch next(socket)?.0 {
            case .opened: answers["opened", default: 0] += 1
            case .notOpened(_, let errno): answers["errno \(errno)", default: 0] += 1
            default: return say("no answer")
            }
        }
        for (answer, count) in answers.sorted(by: { $0.key < $1.key }) { say("\(answer) \(count)") }
    }
}
