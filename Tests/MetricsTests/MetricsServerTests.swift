import Foundation
import NIOCore
import NIOPosix
import TestSupport
import Testing

@testable import Metrics

/// What a scraper gets, and what everybody else.
@Suite struct MetricsServerTests {
    /// - Returns: what curl prints: the status, then the body.
    private func ask(_ arguments: String...) throws -> String {
        let listening = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listening, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0 && listen(listening, 16) == 0
            }
        }
        #expect(bound)
        let meters = Meters()
        meters.sessionBegan()
        let channel = try MetricsServer.start(meters, on: listening, group: .singletonMultiThreadedEventLoopGroup).wait()
        defer { try? channel.close().wait() }
        let port = try #require(channel.localAddress?.port)
        return Program(
            ["curl", "-s", "--max-time", "30", "-w", "\n%{http_code} %{content_type}"]
                + arguments.map { $0.replacingOccurrences(of: "HERE", with: "http://127.0.0.1:\(port)") }
        ).run().output
    }

    @Test func `GET /metrics is answered with the meters`() throws {
        let answer = try ask("HERE/metrics")
        #expect(answer.contains("\nsmtp_auth_sessions_total 1\n"))
        #expect(answer.hasSuffix("\n200 text/plain; version=0.0.4; charset=utf-8"))
    }

    @Test(arguments: [
        (["HERE/"], "404 Not Found\n\n404"), (["HERE/metricsx"], "404 Not Found\n\n404"),
        (["-d", "x=1", "HERE/metrics"], "405 Method Not Allowed\n\n405"),
        (["-X", "DELETE", "HERE/metrics"], "405 Method Not Allowed\n\n405"),
    ])
    func `nothing else is`(arguments: [String], answer: String) throws {
        let got = try arguments.count == 1 ? ask(arguments[0]) : ask(arguments[0], arguments[1], arguments[2])
        #expect(got.hasPrefix(answer))
    }
}
