import CheckpwdCore
import NIOCore
import SASL
@testable import SMTP
@testable import SMTPServer
import TestSupport
import Testing

/// Who has the word, and for how long.
@Suite struct SessionClockTests {
    @Test func `a client has five minutes to say something, counted from the last word of either side`() throws {
        let session = try EmbeddedSession()
        session.pass(.seconds(299))
        #expect(try session.ask("NOOP") == "250 2.0.0 ok")
        session.pass(.seconds(299))
        #expect(try session.replies() == "")
        session.pass(.seconds(1))
        #expect(try session.replies() == "421 4.4.2 nothing was said for too long, closing connection")
    }

    @Test func `the backend has ten minutes to answer, and then it is the one to blame`() throws {
        let session = try EmbeddedSession()
        try session.beginMail()
        session.pass(.seconds(599))
        #expect(try session.replies() == "")
        session.pass(.seconds(1))
        #expect(
            try session.replies() == "421 4.3.0 mail service not available, try again later, closing connection")
        session.pass(.seconds(5))
        #expect(session.log.contains(#"session="behind" behind="silent" "#), "\(session.log)")
    }

    @Test func `when it has answered, the client has its five minutes, and no more`() throws {
        let session = try EmbeddedSession()
        try session.beginMail()
        session.pass(.seconds(400))
        try session.backendSends("250 sender ok")
        #expect(try session.replies() == "250 sender ok")
        session.pass(.seconds(299))
        #expect(try session.replies() == "")
        session.pass(.seconds(1))
        #expect(try session.replies().hasPrefix("421 4.4.2 "))
    }

    @Test func `a backend that takes nothing of a message is silent, too, and hears no QUIT`() throws {
        let session = try EmbeddedSession()
        try session.beginMail()
        try session.backendSends("250 sender ok")
        for (command, reply) in [("RCPT TO:<c@d>", "250 ok"), ("DATA", "354 go")] {
            try session.send(command)
            try session.backendSends(reply)
        }
        _ = try session.toBackend()
        session.isBackendReading = false
        try session.send("message")
        session.pass(.seconds(599))
        #expect(try session.replies() == "250 sender ok|250 ok|354 go")
        session.pass(.seconds(1))
        #expect(try session.replies().hasPrefix("421 4.3.0 "))
        #expect(try session.toBackend() == "")
    }

    @Test func `who waits for the auth command, or for its late answer, is not idle`() throws {
        let session = try EmbeddedSession(authenticator: SlowAuthenticator())
        try session.send(alice)
        session.pass(.seconds(599))
        #expect(try session.replies() == "")
        session.pass(.seconds(1))
        #expect(try session.replies() == "235 2.7.0 ok, go ahead")
    }

    @Test func `a session has an hour in all, whatever is said`() throws {
        let session = try EmbeddedSession()
        for _ in 0..<35 {
            session.pass(.seconds(100))
            #expect(try session.ask("NOOP") == "250 2.0.0 ok")
        }
        session.pass(.seconds(99))
        #expect(try session.replies() == "")
        session.pass(.seconds(1))
        #expect(try session.replies() == "421 4.4.2 the session lasts too long, closing connection")
    }

    @Test func `the answer to a wrong password comes late, each later than the one before, and what follows waits`() throws {
        let session = try EmbeddedSession {
            $0.failureDelay = .seconds(1)
            $0.failures = 4
        }
        for delay in [1, 2, 4] {
            try session.send("AUTH PLAIN " + base64("\0alice\0wrong") + "\r\nNOOP")
            session.pass(.milliseconds(Int64(delay) * 1000 - 1))
            #expect(try session.replies() == "")
            session.pass(.milliseconds(1))
            #expect(try session.replies() == "535 5.7.8 authentication failed|250 2.0.0 ok")
        }
        #expect(try session.ask("AUTH PLAIN " + base64("\0alice\0wrong")).hasPrefix("421 4.7.0 "))
    }
}

/// Says yes, after ten minutes.
private struct SlowAuthenticator: Authenticator {
    func check(_ attempt: AuthenticationAttempt, of client: Client, on eventLoop: any EventLoop) -> PendingCheck {
        PendingCheck(eventLoop.scheduleTask(in: .minutes(10)) { AuthResult.accepted }.futureResult)
    }
}
