import CLibc
import CheckpwdCore
import Foundation
@testable import PrivilegeSeparation
import Synchronization
import TestSupport
import Testing

/// How the network process asks, and hears the answers; the other end of the socket pair is the test's.
@Suite final class ParentLinkTests {
    private static let method = Array("PLAIN".utf8)
    private let parent: MessageSocket
    private let link: ParentLink
    private let network: Int32

    init() throws {
        guard let pair = MessageSocket.pair() else { throw POSIXError(.EMFILE) }
        let (parent, network) = pair.split()
        self.network = network
        self.parent = MessageSocket(FileDescriptor(owning: parent))
        guard let link = ParentLink(MessageSocket(FileDescriptor(owning: network))) else { throw POSIXError(.EMFILE) }
        self.link = link
    }

    /// Values that came, in order, from another thread.
    private final class Seen: Sendable {
        private let lines = Mutex<[String]>([])

        func add(_ line: String) { lines.withLock { $0.append(line) } }
        var all: [String] { lines.withLock { $0 } }
    }

    private func send(_ message: ParentMessage, _ descriptor: Int32 = -1) {
        var sendQueue = SendQueue(socket: parent.descriptor.number)
        sendQueue.send(
            descriptor < 0 ? OutgoingMessage(message) : OutgoingMessage(message, with: FileDescriptor(owning: descriptor)))
    }

    /// The ticket of a program that is asked for.
    private func ticket() throws -> UInt64 {
        switch try parent.receive(NetworkMessage.self) {
        case .message(.open(let ticket, 5, NetworkMessageTests.connection), _): return ticket
        default: throw POSIXError(.ENOMSG)
        }
    }

    @Test func `each answer finds its question, in whatever order they come`() throws {
        let seen = Seen()
        var given: [UInt64] = []
        for login in ["alice", "bob"] {
            given.append(
                link.check(Secret("\(login)\0pass\0\0"), method: Self.method, ConnectionEnvironment()) { seen.add("\(login) \($0)") })
        }
        var tickets: [UInt64] = []
        for login in ["alice", "bob"] {
            switch try parent.receive(NetworkMessage.self) {
            case .message(.check(let ticket, let method, _), let attachments):
                #expect(method == Self.method)
                tickets.append(ticket)
                switch attachments.secret {
                case .some(let secret): #expect(secret.text() == "\(login)\0pass\0\0")
                case .none: Issue.record("no credentials")
                }
            default: Issue.record("no check")
            }
        }
        send(.checked(ticket: tickets[1], .ended(1)))
        send(.checked(ticket: tickets[0], .ended(0)))
        // One that nobody asked for means nothing.
        send(.checked(ticket: 99, .ended(0)))
        send(.drain)
        #expect(tickets == given)
        let parting = link.run { _ in link.leave() }
        #expect(parting == .left)
        #expect(seen.all == ["bob ended(1)", "alice ended(0)"])
    }

    @Test func `a program comes as a socket, or not at all`() throws {
        let seen = Seen()
        for _ in 0..<2 {
            link.open(login: 5, NetworkMessageTests.connection) { result in
                switch result {
                case .success(let opened):
                    var status = stat()
                    seen.add("opened \(fstat(opened.socket, &status) == 0)")
                    close(opened.socket)
                case .failure(let error): seen.add("errno \(error.errno)")
                }
            }
        }
        let (first, second) = (try ticket(), try ticket())
        send(.opened(ticket: first), open("/dev/null", O_RDWR | O_CLOEXEC))
        send(.notOpened(ticket: second, errno: 11))
        send(.drain)
        _ = link.run { _ in link.leave() }
        #expect(seen.all == ["opened true", "errno 11"])
    }

    @Test func `what the parent says unasked is heard`() throws {
        let folder = Folder()
        let map = folder.write("map", "alice @example.com\n".utf8)
        let long = folder.write("long", [])
        #expect(truncate(long, off_t(FileDescriptor.longestFile + 1)) == 0)
        var sendQueue = SendQueue(socket: parent.descriptor.number)
        sendQueue.send(OutgoingMessage(ParentMessage.certificate(Array("CHAIN".utf8), isLast: true), secret: Secret("KEY")))
        for number in 0..<3 {
            sendQueue.send(OutgoingMessage(ParentMessage.certificate(Array("CHAIN\(number)".utf8), isLast: number == 2), secret: Secret("KEY\(number)")))
        }
        sendQueue.send(OutgoingMessage(ParentMessage.senderMap, with: FileDescriptor(owning: open(map, O_RDONLY | O_CLOEXEC))))
        // A folder can be opened, but not read.
        for path in [folder.path, long] {
            sendQueue.send(OutgoingMessage(ParentMessage.senderMap, with: FileDescriptor(owning: open(path, O_RDONLY | O_CLOEXEC))))
        }
        sendQueue.send(OutgoingMessage(ParentMessage.mechanisms(Array("PLAIN".utf8))))
        sendQueue.send(OutgoingMessage(ParentMessage.reload))
        sendQueue.send(OutgoingMessage(ParentMessage.drain))
        var heard: [String] = []
        _ = link.run { event in
            switch event {
            case .certificates(let all): heard.append(all.map { "\($0.chain.text) \($0.key.text())" }.joined(separator: ", "))
            case .senderMap(.success(let bytes)): heard.append(bytes.text)
            case .senderMap(.failure(let error)): heard.append("map: errno \(error.errno)")
            case .mechanisms(let names): heard.append(names.text)
            case .reload: heard.append("reload")
            case .drain:
                heard.append("drain")
                link.leave()
            }
        }
        #expect(
            heard == [
                "CHAIN KEY", "CHAIN0 KEY0, CHAIN1 KEY1, CHAIN2 KEY2", "alice @example.com\n", "map: errno \(EISDIR)",
                "map: errno \(EFBIG)", "PLAIN", "reload", "drain",
            ])
    }

    @Test(arguments: [
        ("nothing that is one", [99], Malformed.unknownKind), ("one with a tail", [9, 9], .trailing),
        ("a socket that is not there", [6, 0, 0, 0, 0, 0, 0, 0, 1], .descriptor),
        ("a certificate without key", [3, 0, 0, 0, 0, 1, 0, 0, 0, 0], .badValue),
    ])
    func `a message that cannot be the parent's is the end, and it is known why`(
        what: String, bytes: [UInt8], why: Malformed
    ) {
        _ = Glibc.send(parent.descriptor.number, bytes, bytes.count, 0)
        let parting = link.run { _ in Issue.record("heard \(what)") }
        #expect(parting == .misunderstood(why))
    }

    @Test func `what can never be sent is not passed over in silence`() throws {
        var sendQueue = SendQueue(socket: parent.descriptor.number)
        // Longer than any buffer of a socket.
        sendQueue.send(OutgoingMessage(ParentMessage.certificate([UInt8](repeating: 65, count: 64 << 20), isLast: true), secret: Secret("KEY")))
        #expect(sendQueue.failure == EMSGSIZE)
        #expect(sendQueue.isEmpty)
        var deaf = SendQueue(socket: -1)
        deaf.send(OutgoingMessage(ParentMessage.drain))
        #expect(deaf.failure == EBADF)
    }

    @Test func `a message that is too long leaves nothing of itself`() throws {
        let secret = Array("a-password-in-a-long-message".utf8)
        let bytes = secret + [UInt8](repeating: 0, count: NetworkMessage.longest)
        #expect(Glibc.send(network, bytes, bytes.count, 0) == bytes.count)
        #expect(throws: Malformed.oversized) {
            switch try parent.receive(NetworkMessage.self) {
            default: break
            }
        }
        #expect(parent.buffer.allSatisfy { $0 == 0 })
    }

    @Test func `messages for which there is no room wait, and none is lost`() throws {
        for _ in 0..<5000 { link.open(login: nil, NetworkMessageTests.connection) { _ in } }
        let thread = Thread { [link] in _ = link.run { _ in link.leave() } }
        thread.start()
        var count = 0
        while count < 5000 {
            switch try parent.receive(NetworkMessage.self) {
            case .nothing: usleep(1000)
            case .end: return #expect(Bool(false), "the end after \(count)")
            case .message: count += 1
            }
        }
        send(.drain)
    }
}
