import Foundation
import NIOCore
@testable import SMTPServer
import TestSupport
import Testing

@Suite("A client's address")
struct ClientAddressTests {
    @Test(
        "is numeric, without port, brackets or scope",
        arguments: [
            ("192.0.2.7", "192.0.2.7"), ("::1", "::1"), ("2001:DB8:0:0::7", "2001:db8::7"),
            ("::ffff:192.0.2.7", "192.0.2.7"), ("fe80::1", "fe80::1"),
        ])
    func shown(address: String, expected: String) throws {
        #expect(text(ClientAddress.text(try SocketAddress(ipAddress: address, port: 25))) == expected)
    }

    @Test("is empty where there is none")
    func none() throws {
        #expect(ClientAddress.text(nil) == [])
        #expect(ClientAddress.text(try SocketAddress(unixDomainSocketPath: "/run/x")) == [])
        var pipe: [Int32] = [-1, -1]
        #expect(Foundation.pipe(&pipe) == 0)
        defer { for end in pipe { close(end) } }
        for descriptor in [pipe[0], -1] {
            #expect(Client.End(peerOf: descriptor) == nobody.remote)
            #expect(Client.End(localOf: descriptor) == nobody.local)
        }
    }
}
