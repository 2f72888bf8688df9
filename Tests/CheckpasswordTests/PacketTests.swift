import Checkpassword
import CheckpwdCore
import Glibc
import TestSupport
import Testing

@Suite struct PacketTests {
    @Test(arguments: [
        ("no variables", "", ""), ("tcpserver's", "TCPREMOTEIP=192.0.2.1\0", "192.0.2.1"),
        ("Dovecot's", "REMOTE_IP=192.0.2.2\0", "192.0.2.2"),
        ("both: tcpserver's", "REMOTE_IP=192.0.2.2\0TCPREMOTEIP=192.0.2.1\0", "192.0.2.1"),
        ("both, in the other order", "TCPREMOTEIP=192.0.2.1\0REMOTE_IP=192.0.2.2\0", "192.0.2.1"),
        ("tcpserver's, empty", "TCPREMOTEIP=\0REMOTE_IP=192.0.2.2\0", "192.0.2.2"),
        ("another's beginning", "TCPREMOTEIPX=192.0.2.1\0", ""), ("one that has no value", "TCPREMOTEIP\0", ""),
        ("others", "TCPREMOTEPORT=1\0PROTO=TCP\0", ""),
    ])
    func `a packet has a mark, variables, and then what descriptor 3 would have`(
        what: String, variables: String, from: String
    ) throws {
        let packet = try Packet(Secret("7" + variables + "\0alice\0pass\0TCPREMOTEIP=192.0.2.9\0"))
        #expect(packet.mark == UInt8(ascii: "7"))
        #expect(packet.remoteHost.text == from, "\(what)")
        let request = try packet.request(limit: 512)
        #expect(request.login.bytes.text == "alice")
        #expect(request.credential == .password(6..<10))
    }

    @Test(arguments: [
        ("nothing", ""), ("a mark alone", "7"), ("nothing ends the variables", "7TCPREMOTEIP=192.0.2.1"),
        ("nor here", "7TCPREMOTEIP=192.0.2.1\0"), ("no credentials", "7TCPREMOTEIP=192.0.2.1\0\0"),
        ("nothing but an end", "7\0"), ("too many variables", "7" + String(repeating: "a", count: 4096) + "\0\0a\0b\0"),
    ])
    func `without variables of a length and an end, and something after them, it is misused`(what: String, bytes: String) {
        #expect(throws: Failure.self, "\(what)") { _ = try Packet(Secret(bytes)) }
    }

    @Test func `as many variables as there may be are read`() throws {
        let packet = try Packet(Secret("7" + String(repeating: "a", count: 4095) + "\0\0alice\0pass\0"))
        #expect(try packet.request(limit: 512).login.bytes.text == "alice")
    }

    @Test func `credentials have the limit of descriptor 3`() throws {
        let login = String(repeating: "a", count: 506)
        #expect(try Packet(Secret("7\0\(login)\0pass\0")).request(limit: 512).login.bytes.count == 506)
        let failure = #expect(throws: Failure.self) { _ = try Packet(Secret("7\0\(login)\0passw\0")).request(limit: 512) }
        guard case .misused = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
    }
}
