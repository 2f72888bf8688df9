import Checkpassword
import Credentials
import Glibc
import TestSupport
import Testing
import Verdicts

@Suite struct PacketTests {
    @Test(arguments: [
        ("no variables", "\0alice\0pass\0\0", ""),
        ("tcpserver's", "TCPREMOTEIP=192.0.2.1\0\0alice\0pass\0\0", "192.0.2.1"),
        ("Dovecot's", "REMOTE_IP=192.0.2.2\0\0alice\0pass\0\0", "192.0.2.2"),
        ("both: tcpserver's", "REMOTE_IP=192.0.2.2\0TCPREMOTEIP=192.0.2.1\0\0alice\0pass\0\0", "192.0.2.1"),
        ("both, in the other order", "TCPREMOTEIP=192.0.2.1\0REMOTE_IP=192.0.2.2\0\0alice\0pass\0\0", "192.0.2.1"),
        ("another's beginning", "TCPREMOTEIPX=192.0.2.1\0\0alice\0pass\0\0", ""),
        ("one that has no value", "TCPREMOTEIP\0\0alice\0pass\0\0", ""),
        ("others", "TCPREMOTEPORT=1\0PROTO=TCP\0\0alice\0pass\0\0", ""),
        ("what looks like one, among the credentials", "\0alice\0pass\0\0TCPREMOTEIP=192.0.2.1\0", ""),
    ])
    func `a packet has variables, and then what descriptor 3 would have`(what: String, bytes: String, from: String) throws {
        let packet = try Packet(Secret(bytes))
        #expect(packet.remoteHost.text == from, "\(what)")
        let request = try packet.request(limit: 512)
        #expect(request.login.bytes.text == "alice")
        #expect(request.credential == .password(6..<10))
    }

    @Test(arguments: [
        ("nothing ends the variables", "TCPREMOTEIP=192.0.2.1"), ("nor here", "TCPREMOTEIP=192.0.2.1\0"),
        ("no credentials", "TCPREMOTEIP=192.0.2.1\0\0"), ("nothing but an end", "\0"),
    ])
    func `without an end of the variables, and something after it, it is misused`(what: String, bytes: String) {
        #expect(throws: Failure.self, "\(what)") { _ = try Packet(Secret(bytes)) }
    }

    @Test func `credentials have the limit of descriptor 3`() throws {
        let login = String(repeating: "a", count: 506)
        #expect(try Packet(Secret("\0\(login)\0pass\0")).request(limit: 512).login.bytes.count == 506)
        let failure = #expect(throws: Failure.self) { _ = try Packet(Secret("\0\(login)\0passw\0")).request(limit: 512) }
        guard case .misused = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
    }

    @Test func `whatever is no socket for packets is refused`() throws {
        var ends: [Int32] = [-1, -1]
        try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
        defer { ends.forEach { close($0) } }
        #expect(throws: Failure.self) { _ = try PacketSocket(ends[0], limit: 512) }
        #expect(throws: Failure.self) { _ = try PacketSocket(-1, limit: 512) }
    }

    @Test func `packets are kept apart, and one that is too long spoils no other`() throws {
        var ends: [Int32] = [-1, -1]
        try #require(socketpair(AF_UNIX, Int32(SOCK_SEQPACKET.rawValue), 0, &ends) == 0)
        defer { close(ends[1]) }
        let socket = try PacketSocket(ends[1], limit: 512)
        for size in [1, 4608, 4609, 2] { #expect(send(ends[0], [UInt8](repeating: 7, count: size), size, 0) == size) }
        #expect(try socket.receive()?.count == 1)
        #expect(try socket.receive()?.count == 4608)
        #expect(throws: Failure.self) { _ = try socket.receive() }
        #expect(try socket.receive()?.count == 2)
        #expect(socket.answer(111))
        var answer: [UInt8] = [0, 0]
        #expect(recv(ends[0], &answer, 2, 0) == 1)
        #expect(answer[0] == 111)
        close(ends[0])
        #expect(try socket.receive() == nil)
        #expect(!socket.answer(0))
    }
}
