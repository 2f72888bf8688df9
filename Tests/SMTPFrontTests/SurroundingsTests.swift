import Credentials
import SASL
import Separation
import TestSupport
import Testing

@testable import SMTPFront

@Suite("What the parent is told of a session")
struct SurroundingsTests {
    private let client = Client(
        remote: Client.End(address: Array("2001:db8::7".utf8), port: 40000),
        local: Client.End(address: Array("2001:db8::1".utf8), port: nil))

    @Test("is who the client is, as far as that is known")
    func ofClient() {
        #expect(
            Surroundings(client).entries.map(\.text)
                == ["TCPREMOTEIP=2001:db8::7", "TCPREMOTEPORT=40000", "TCPLOCALIP=2001:db8::1"])
        #expect(Surroundings(nobody).entries == [])
    }

    @Test("is who logged in, and only then that it relays")
    func ofSession() {
        let stranger = Surroundings(MailSession(client: client, login: nil))
        #expect(stranger == Surroundings(client))
        let session = Surroundings(MailSession(client: client, login: (name: Login("alice"), mechanism: .cramMD5)))
        #expect(
            session.entries.map(\.text).suffix(3) == ["RELAYCLIENT=", "SMTPAUTHUSER=alice", "SMTPAUTHMETHOD=CRAM-MD5"])
    }

    @Test("is nothing that could not be a login's name")
    func badLogin() {
        for name in ["", "al\nice", String(repeating: "a", count: 513)] {
            let session = MailSession(client: nobody, login: (name: Login(name), mechanism: .plain))
            #expect(Surroundings(session)[.relayClient] == nil)
        }
    }
}
