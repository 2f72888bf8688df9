@testable import PrivilegeSeparation
import TestSupport
import Testing

/// What a started program has in its environment.
@Suite struct InheritedEnvironmentTests {
    private static let ours = [
        "PATH=/bin", "RCPTHOSTS=x", "RELAYCLIENT=", "SMTPAUTHUSER=eve", "SMTPAUTHMETHOD=X", "HOME=/root", "USER=root",
        "SUDO_UID=0", "NOTIFY_SOCKET=/run/x", "LISTEN_FDS=1", "TCPREMOTEIP=192.0.2.1", "TCPREMOTEHOST=one.example",
        "TCPLOCALPORT=25", "PROTO=TCP",
    ]

    private func entries(isOneSession: Bool, _ connection: ConnectionEnvironment) -> [String] {
        InheritedEnvironment(Self.ours.map { Array($0.utf8) }, isOneSession: isOneSession).entries(with: connection)
            .map(\.text)
    }

    @Test func `a server's programs see the session's client, and nobody's login but its own`() throws {
        var connection = ConnectionEnvironment()
        try connection.set(.remoteAddress, Array("192.0.2.7".utf8))
        try connection.set(.authenticatedUser, Array("alice".utf8))
        #expect(
            entries(isOneSession: false, connection)
                == ["PATH=/bin", "RCPTHOSTS=x", "TCPREMOTEIP=192.0.2.7", "SMTPAUTHUSER=alice", "PROTO=TCP"])
    }

    @Test func `the network process sees who its client is, and nothing that is for the auth command`() {
        let ours = Self.ours + ["PGPASSWORD=secret", "TZ=UTC", "LC_ALL=C", "LD_LIBRARY_PATH=/lib", "TCPREMOTEIPX=1"]
        #expect(
            InheritedEnvironment.ofNetworkProcess(ours.map { Array($0.utf8) }).map(\.text)
                == ["TCPREMOTEIP=192.0.2.1", "TCPLOCALPORT=25", "TZ=UTC", "LC_ALL=C", "LD_LIBRARY_PATH=/lib"])
    }

    @Test func `where tcpserver has said who the client is, that is kept`() {
        #expect(
            entries(isOneSession: true, ConnectionEnvironment())
                == [
                    "PATH=/bin", "RCPTHOSTS=x", "TCPREMOTEIP=192.0.2.1", "TCPREMOTEHOST=one.example", "TCPLOCALPORT=25",
                    "PROTO=TCP",
                ])
    }

    @Test func `what the session says stands in its place`() {
        let entries = entries(isOneSession: true, NetworkMessageTests.connection)
        #expect(entries.filter { $0.hasPrefix("TCPREMOTEIP=") } == ["TCPREMOTEIP=192.0.2.7"])
    }
}
