import Foundation
import NIOCore
import NIOPosix
import TestSupport
import Testing

@testable import SMTPFront

@Suite("One session on two descriptors")
struct OneSessionTests {
    private func pipe() throws -> (output: Int32, input: Int32) {
        var ends: [Int32] = [-1, -1]
        try #require(Foundation.pipe(&ends) == 0)
        return (ends[0], ends[1])
    }

    @Test("answers what it is sent, and is over when the input ends")
    func session() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let (toServer, fromServer) = (try pipe(), try pipe())
        let service = Service(openPolicy(), authenticator: KnowingAuthenticator(), logger: nil)
        let over = OneSession.serve(
            service, input: toServer.output, output: fromServer.input, client: nobody, group: group)
        let lines = "AUTH PLAIN " + base64("\0alice\0pass") + "\r\nNOOP\r\n"
        #expect(write(toServer.input, lines, lines.utf8.count) == lines.utf8.count)
        close(toServer.input)
        try await over.get()

        let replies = try #require(try FileHandle(fileDescriptor: fromServer.output, closeOnDealloc: true).readToEnd())
        #expect(text(replies) == "220 mail.example.com ESMTP\r\n235 2.7.0 ok, go ahead\r\n250 2.0.0 ok\r\n")
        try await group.shutdownGracefully()
    }
}
