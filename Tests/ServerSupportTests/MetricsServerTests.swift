import Foundation
import NIOCore
import NIOPosix
@testable import ServerSupport
import TestSupport
import Testing

/// What a scraper gets, and what everybody else.
@Suite struct MetricsServerTests {
    /// Serves while `body` asks on this port.
    private func serving<Result>(_ body: (Int) throws -> Result) throws -> Result {
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
        let metrics = ServerMetrics()
        metrics.sessionBegan()
        // A machine that is busy with other tests must not make a connection late.
        let channel = try MetricsServer.start(
            metrics, on: listening, group: .singletonMultiThreadedEventLoopGroup, patience: .hours(1)
        ).wait()
        defer { try? channel.close().wait() }
        let port = try #require(channel.localAddress?.port)
        return try body(port)
    }

    /// - Returns: what curl prints: the status, then the body.
    private func ask(_ arguments: String...) throws -> String {
        try serving { port in Self.curl(port, arguments) }
    }

    private static func curl(_ port: Int, _ arguments: [String]) -> String {
        Program(
            ["curl", "-s", "--max-time", "30", "-w", "\n%{http_code} %{content_type}"]
                + arguments.map { $0.replacingOccurrences(of: "HERE", with: "http://127.0.0.1:\(port)") }
        ).run().output
    }

    @Test func `GET /metrics is answered with the metrics`() throws {
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

    @Test func `connections beyond those that there may be are closed, and make way for others when they go`() throws {
        try serving { port in
            let script = """
                import socket, sys
                def connect():
                    client = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 60)
                    return client
                places = [connect() for _ in range(int(sys.argv[2]))]
                print(connect().recv(1))
                places[0].sendall(b"GET /metrics HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n")
                print(places[0].recv(15))
                for place in places: place.close()
                while True:
                    client = connect()
                    client.sendall(b"GET / HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n" * 2)
                    try: answer = client.recv(15)
                    except ConnectionResetError: continue
                    if answer: break
                print(answer)
                """
            let outcome = Program(["python3", "-c", script, "\(port)", "\(MetricsServer.most)"]).run()
            #expect(outcome.output == "b''\nb'HTTP/1.1 200 OK'\nb'HTTP/1.1 404 No'\n", "\(outcome.errors)")
        }
    }
}
