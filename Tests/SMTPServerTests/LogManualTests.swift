import Foundation
import SASL
@testable import SMTP
@testable import SMTPServer
@testable import ServerSupport
import TestSupport
import Testing

/// The manual's section on the log, against what the program can say.
@Suite struct LogManualTests {
    /// The words of one item of the manual: `.Ql word`, after `.It key` and up to the next item.
    private static func words(of key: String, after beginning: String) throws -> Set<String> {
        let manual = try String(contentsOfFile: Stage.repository("docs/smtp-auth.8"), encoding: .utf8)
        let section = try #require(manual.range(of: ".Sh DIAGNOSTICS")).upperBound
        let start = try #require(manual.range(of: beginning, range: section..<manual.endIndex)).upperBound
        let item = try #require(manual.range(of: "\n.It \(key)\n", range: start..<manual.endIndex)).upperBound
        let ends = ["\n.It ", "\n.El"].compactMap { manual.range(of: $0, range: item..<manual.endIndex)?.lowerBound }
        let text = manual[item..<(ends.min() ?? manual.endIndex)]
        return Set(text.matches(of: /(?m)^\.Ql ([a-z0-9-]+)( .*)?$/).map { String($0.1) })
    }

    private static let login = "for each login", session = "for each session", offer = "what is offered"

    @Test func `every reason of a login is in the manual, and no other`() throws {
        let program = Set(AuthResult.Reason.everyKind.map { "\($0.words)" })
        #expect(program.count == AuthResult.Reason.everyKind.count)
        #expect(try Self.words(of: "reason", after: Self.login) == program)
    }

    @Test func `every reason for the end of a session is in the manual, and no other`() throws {
        #expect(try Self.words(of: "session", after: Self.session) == Set(EndReason.everyKind.map { "\($0.words)" }))
        // The item names the ending that it belongs to.
        #expect(
            try Self.words(of: "reason", after: Self.session).subtracting(["tls-failed"])
                == Set(TLSFailure.Reason.allCases.map(\.rawValue)))
        #expect(try Self.words(of: "behind", after: Self.session) == Set(BackendFailure.everyKind.map { "\($0.words)" }))
    }

    @Test func `every reason for what is offered is in the manual, and no other`() throws {
        #expect(try Self.words(of: "reason", after: Self.offer) == Set(MechanismOffer.Reason.everyKind.map { "\($0.word)" }))
    }

    @Test func `every reason to turn a client away is in the manual, and no other`() throws {
        let reasons = [ConnectionLimiter.Full.connections, .connectionsOfAddress].map { text($0.words) }
        #expect(try Self.words(of: "turned-away", after: "turned away") == Set(reasons))
    }

    /// The keys of a line, in their order.
    private static func keys(_ line: [UInt8]) -> [String] {
        text(line).split(separator: " ").map { String($0.prefix { $0 != "=" }) }
    }

    /// The items of the first list after some words.
    private static func items(after beginning: String) throws -> [String] {
        let manual = try String(contentsOfFile: Stage.repository("docs/smtp-auth.8"), encoding: .utf8)
        let section = try #require(manual.range(of: ".Sh DIAGNOSTICS")).upperBound
        let start = try #require(manual.range(of: beginning, range: section..<manual.endIndex)).upperBound
        let end = try #require(manual.range(of: "\n.El", range: start..<manual.endIndex)).lowerBound
        return manual[start..<end].matches(of: /(?m)^\.It (.*)$/)
            .flatMap { $0.1.split(separator: " , ").map(String.init) }
    }

    @Test func `the fields of a login's line are those of the manual, in its order, and none is empty but what the manual says`() throws {
        let items = try Self.items(after: Self.login)
        var seen: Set<String> = []
        let log = SessionLog(nil, authCommand: Array("pam-checkpwd".utf8))
        let outcomes = [AuthResult.accepted] + AuthResult.Reason.everyKind.flatMap { [.rejected($0), .temporary($0)] }
        for outcome in outcomes {
            for mechanism in Mechanism.allCases {
                for name in [nil, "alice"] {
                    let line = log.line(outcome, mechanism, remoteHost: Array("192.0.2.7".utf8), name.map { .init(Array($0.utf8)) })
                    let keys = Self.keys(line.bytes)
                    #expect(keys == items.filter(keys.contains), "\(text(line.bytes))")
                    #expect(!text(line.bytes).contains(#"="""#))
                    seen.formUnion(keys)
                }
            }
        }
        #expect(seen == Set(items))
    }

    @Test func `the fields of a session's line are those of the manual, in its order`() throws {
        let items = try Self.items(after: Self.session)
        var seen: Set<String> = []
        for endReason in EndReason.everyKind + BackendFailure.everyKind.map({ .backend($0) }) {
            var session = Session(openPolicy(), clientAddress: [], isTLS: false) { [] }
            session.lacking = [Array("DSN".utf8)]
            session.login = (.init(Array("alice".utf8)), .plain)
            _ = session.end(endReason)
            let line = SessionRecord(
                session: session, rhost: Array("192.0.2.7".utf8), proxy: Array("192.0.2.8".utf8), octets: 1
            ).line.bytes
            let keys = Self.keys(line)
            #expect(keys == items.filter(keys.contains), "\(text(line))")
            #expect(!text(line).contains(#"="""#))
            seen.formUnion(keys)
        }
        #expect(seen == Set(items))
    }
}
