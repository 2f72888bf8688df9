import TestSupport
import Testing

@testable import SMTPFront

@Suite("The auth command's environment")
struct ChildEnvironmentTests {
    private let environment = ChildEnvironment(
        ["A=1", "TCPREMOTEIP=192.0.2.1", "B=", "TCPREMOTEIPX=x"].map { Array($0.utf8) })

    private func entries(_ remoteHost: String) -> [String] {
        environment.entries(remoteHost: Array(remoteHost.utf8)).map { text($0) }
    }

    @Test("is ours, with the client's address")
    func address() {
        #expect(entries("192.0.2.9") == ["A=1", "B=", "TCPREMOTEIPX=x", "TCPREMOTEIP=192.0.2.9"])
    }

    @Test("has no address where none is known")
    func noAddress() {
        #expect(entries("") == ["A=1", "B=", "TCPREMOTEIPX=x"])
    }

    @Test("tells what the program that started us knows about the client")
    func given() {
        #expect(environment.remoteHost == Array("192.0.2.1".utf8))
        #expect(ChildEnvironment([Array("TCPREMOTEIP=".utf8)]).remoteHost == nil)
        #expect(ChildEnvironment([]).remoteHost == nil)
    }

    @Test("holds what the process has")
    func current() {
        #expect(ChildEnvironment.current.entries(remoteHost: []).contains { $0.starts(with: Array("PATH=".utf8)) })
    }
}
