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

    @Test("answers what it is sent, and is over when the input ends and the auth command has ended")
    func session() async throws {
        let scratch = try Scratch()
        let script = try scratch.script(#"[ "$TCPREMOTEIP" = 192.0.2.7 ] && touch \#(scratch.path)/ran"#)
        let threads = NIOThreadPool(numberOfThreads: 1)
        threads.start()
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let (toServer, fromServer) = (try pipe(), try pipe())
        let command = try #require(AuthCommand(Array(script.utf8)))
        let service = Service(
            openPolicy(), authenticator: CommandAuthenticator(command: command, threads: threads), logger: nil)
        let over = OneSession.serve(
            service, input: toServer.output, output: fromServer.input, remoteHost: Array("192.0.2.7".utf8),
            group: group)
        let lines = "AUTH PLAIN " + base64("\0alice\0pass") + "\r\nNOOP\r\n"
        #expect(write(toServer.input, lines, lines.utf8.count) == lines.utf8.count)
        close(toServer.input)
        try await over.get()

        #expect(FileManager.default.fileExists(atPath: scratch.path + "/ran"))
        let replies = try #require(try FileHandle(fileDescriptor: fromServer.output, closeOnDealloc: true).readToEnd())
        #expect(text(replies) == "220 mail.example.com ESMTP\r\n235 2.7.0 ok, go ahead\r\n250 2.0.0 ok\r\n")
        try await group.shutdownGracefully()
        try await threads.shutdownGracefully()
    }

    @Test("keeps messages from a standard error that is the client")
    func messages() throws {
        let (client, other) = (try pipe(), try pipe())
        let copy = dup(client.input)
        defer { for number in [client.input, client.output, other.input, other.output, copy] { close(number) } }
        #expect(OneSession.messages(standardError: copy, client: [other.output, client.input]) == .nowhere)
        #expect(
            OneSession.messages(standardError: other.input, client: [client.output, client.input]) == .standardError)
    }

    @Test("is possible on sockets and pipes, not on files")
    func descriptors() throws {
        let ends = try pipe()
        let file = open("/etc/passwd", O_RDONLY)
        let null = open("/dev/null", O_RDWR)
        defer { for number in [ends.input, ends.output, file, null] { close(number) } }
        #expect(throws: Never.self) { try OneSession.check(ends.output) }
        for unfit in [file, null, -1] {
            #expect(throws: (any Error).self) { try OneSession.check(unfit) }
        }
    }
}
