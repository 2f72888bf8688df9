import Foundation
import NIOCore
import NIOPosix
import Testing

@testable import SMTP
@testable import SMTPFront

@Suite("The authenticator")
struct AuthenticatorTests {
    let scratch: Scratch

    init() throws {
        scratch = try Scratch()
    }

    private func check(_ passwords: [String], threads count: Int, _ script: String) async throws -> [Outcome] {
        let threads = NIOThreadPool(numberOfThreads: count)
        threads.start()
        let command = try #require(AuthCommand(Array(try scratch.script(script).utf8)))
        let authenticator = CommandAuthenticator(command: command, threads: threads)
        let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        let checks = try passwords.map { password in
            authenticator.check(try plainClaim("alice", password), of: nobody, on: eventLoop)
        }
        let outcomes = try await EventLoopFuture.whenAllSucceed(checks, on: eventLoop).get()
        try await threads.shutdownGracefully()
        return outcomes
    }

    @Test("starts nothing for credentials that are longer than the interface allows")
    func tooLong() async throws {
        let path = scratch.path
        let outcomes = try await check([String(repeating: "p", count: 505)], threads: 1, "touch \(path)/ran")
        #expect(outcomes == [.rejected(.tooLong)])
        #expect(!FileManager.default.fileExists(atPath: path + "/ran"))
    }

    @Test("runs as many commands at once as it has threads, and the others after them")
    func queue() async throws {
        // A folder can be made once: a second command at the same time would fail.
        let path = scratch.path
        let script = "mkdir \(path)/alone || exit 1; sleep 0.02; rmdir \(path)/alone"
        let outcomes = try await check(Array(repeating: "pass", count: 20), threads: 1, script)
        #expect(outcomes == Array(repeating: .accepted, count: 20))
    }
}
