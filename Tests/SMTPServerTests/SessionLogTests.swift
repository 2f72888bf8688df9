import CheckpwdCore
import SASL
@testable import SMTP
@testable import SMTPServer
import TestSupport
import Testing

@Suite("The log line of a login")
struct SessionLogTests {
    @Test(
        "says verdict, why not, mechanism, rhost and login, in this order",
        arguments: [
            (AuthResult.accepted, #"verdict="accepted""#),
            (.rejected(.exitStatus(1)), #"verdict="rejected" reason="auth-command" status="1""#),
            (.rejected(.tooLong), #"verdict="rejected" reason="credentials-too-long""#),
            (.rejected(.otherIdentity), #"verdict="rejected" reason="other-authorization-identity""#),
            (.temporary(.exitStatus(111)), #"verdict="temporary" reason="auth-command" status="111""#),
            (.temporary(.exitStatus(-1)), #"verdict="temporary" reason="auth-command" status="-1""#),
            (.temporary(.cannotStart(2)), #"verdict="temporary" reason="cannot-start-auth-command" errno="2""#),
            (.rejected(.notOffered), #"verdict="rejected" reason="mechanism-not-offered""#),
            (.rejected(.malformed(.notBase64)), #"verdict="rejected" reason="not-base64""#),
        ])
    func line(outcome: AuthResult, start: String) {
        let line = SessionLog(nil).line(outcome, .cramMD5, remoteHost: Array("192.0.2.7".utf8), LoginName(Array("alice".utf8)))
        #expect(text(line.bytes) == start + #" mechanism="CRAM-MD5" rhost="192.0.2.7" login="alice""#)
    }

    @Test("cannot be forged by a login")
    func forged() {
        let login = LoginName(Array(#"a" verdict="accepted"#.utf8) + [0x0A, 0x5C, 0xFF])
        let line = SessionLog(nil).line(.rejected(.exitStatus(1)), .plain, remoteHost: [], login)
        #expect(text(line.bytes).hasSuffix(#"rhost="" login="a\x22\x20verdict=\x22accepted\x0a\x5c\xff""#))
    }

    @Test("names the program that decided, and no login if none is known")
    func command() {
        let log = SessionLog(nil, authCommand: Array("check password".utf8))
        let rejected = log.line(.rejected(.exitStatus(1)), .login, remoteHost: [], nil)
        #expect(
            text(rejected.bytes)
                == #"verdict="rejected" reason="auth-command" status="1" command="check\x20password" mechanism="LOGIN" rhost="""#)
        let malformed = log.line(.rejected(.malformed(.beforeTLS)), .login, remoteHost: [], nil)
        #expect(text(malformed.bytes) == #"verdict="rejected" reason="before-tls" mechanism="LOGIN" rhost="""#)
    }

    @Test("of a session says why it ended, what passed, rhost, and login where there was one")
    func session() {
        var session = Session(openPolicy(), clientAddress: [], isTLS: false) { [] }
        _ = session.end(.idle)
        let record = SessionRecord(session: session, rhost: Array("192.0.2.7".utf8), octets: 5)
        #expect(
            text(record.line.bytes)
                == #"session="idle" tls="no" commands="0" messages="0" octets="5" rhost="192.0.2.7""#)
    }

    @Test("says why the one behind cannot be had, as far as the system does", arguments: [111 as Int32?, nil])
    func notOpened(errno: Int32?) {
        var session = Session(openPolicy(), clientAddress: [], isTLS: false) { [] }
        _ = session.end(.backend(.notOpened(errno: errno)))
        let line = text(SessionRecord(session: session, rhost: [], octets: 0).line.bytes)
        #expect(line.hasPrefix(#"session="behind" behind="cannot-open" "# + (errno == nil ? "tls" : #"errno="111" tls"#)))
    }
}
