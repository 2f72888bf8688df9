import SASL
@testable import SMTP
import Testing

@Suite struct SenderMapTests {
    private static let map = try! SenderMap(
        Array(
            "# who may be whom\nalice alice@example.com @sales.example.com\r\n\nbob\t<> bob@example.com\nalice a@b\n"
                .utf8))

    @Test(arguments: [
        ("alice@example.com", "alice@example.com", true), ("alice@EXAMPLE.com", "alice@example.com", true),
        ("Alice@example.com", "alice@example.com", false), ("alice", "alice", true),
        ("alice@example.com", "alice", true), ("a@b", "alice", true), ("x@sales.EXAMPLE.com", "alice", true),
        ("x@y@sales.example.com", "alice", true), ("@sales.example.com", "alice", false),
        ("x@example.com", "alice", false),
        ("bob@example.com", "bob", true), ("alice@example.com", "bob", false),
        ("alice@example.com", "eve", false),
    ])
    func `a login may use itself and what the map says`(sender: String, login: String, isAllowed: Bool) {
        #expect(Self.map.allows(Array(sender.utf8), to: Array(login.utf8)) == isAllowed)
    }

    private typealias Fault = SenderMap.BadLine.Fault

    @Test(arguments: [
        ("alice", 1, Fault.noAddress), ("alice example.com", 1, .notAnAddress(Array("example.com".utf8))),
        ("a b@c d", 1, .notAnAddress(Array("d".utf8))), ("# map\n\nalice a@b\r\nbob\r\n", 4, .noAddress),
        ("alice a@b\n\n\nbob x\neve\n", 4, .notAnAddress(Array("x".utf8))),
        ("\u{FEFF}alice", 1, .noAddress),
    ])
    func `a line that cannot be read is named by its number`(text: String, number: Int, fault: SenderMap.BadLine.Fault) {
        #expect(throws: SenderMap.BadLine(number: number, fault: fault)) { try SenderMap(Array(text.utf8)) }
    }

    @Test func `a byte-order mark before the first line is ignored`() throws {
        for text in ["\u{FEFF}alice a@b\n", "\u{FEFF}# comment\nalice a@b\n"] {
            let map = try SenderMap(Array(text.utf8))
            #expect(map.allows(Array("a@b".utf8), to: Array("alice".utf8)))
        }
    }

    @Test(arguments: [
        (LoginCase.domain, "Alice@Example.com", "Alice@example.com", "a@b", true),
        (.domain, "Alice@Example.com", "alice@example.com", "a@b", false),
        (.all, "Alice@Example.com", "alice@example.com", "a@b", true),
        (.all, "alice@example.com", "alice@example.com", "A@B", true),
        (.all, "x@y", "alice@example.com", "Alice@EXAMPLE.com", true),
        (.domain, "x@y", "alice@example.com", "Alice@EXAMPLE.com", false),
    ])
    func `the map's logins are made lower case as clients' are, and then a sender's local part has no case`(
        loginCase: LoginCase, mapped: String, login: String, sender: String, isAllowed: Bool
    ) throws {
        let map = try SenderMap(Array("\(mapped) a@b\n".utf8), loginCase)
        #expect(map.allows(Array(sender.utf8), to: Array(login.utf8)) == isAllowed)
    }
}
