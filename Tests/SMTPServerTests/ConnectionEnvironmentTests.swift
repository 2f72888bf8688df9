import PrivilegeSeparation
@testable import SMTPServer
import TestSupport
import Testing

@Suite("What the parent is told of a session")
struct ConnectionEnvironmentTests {
    private let client = Client(
        remote: Client.End(address: Array("2001:db8::7".utf8), port: 40000),
        local: Client.End(address: Array("2001:db8::1".utf8), port: nil))

    @Test("is who the client is, as far as that is known")
    func ofClient() {
        #expect(
            ConnectionEnvironment(client).entries.map(\.text)
                == ["TCPREMOTEIP=2001:db8::7", "TCPREMOTEPORT=40000", "TCPLOCALIP=2001:db8::1"])
        #expect(ConnectionEnvironment(nobody).entries == [])
    }
}
