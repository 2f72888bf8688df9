import Testing

@testable import SMTP

@Suite struct SenderMapTests {
    private static let map = SenderMap(
        Array(
            "# who may be whom\nalice alice@example.com @sales.example.com\r\n\nbob\t<> bob@example.com\nalice a@b\n"
                .utf8))!

    @Test(arguments: [
        ("alice@example.com", "alice@example.com", true), ("alice@EXAMPLE.com", "alice@example.com", true),
        ("Alice@example.com", "alice@example.com", false), ("alice", "alice", true), ("", "", false),
        ("alice@example.com", "alice", true), ("a@b", "alice", true), ("x@sales.EXAMPLE.com", "alice", true),
        ("x@y@sales.example.com", "alice", true), ("@sales.example.com", "alice", false),
        ("x@example.com", "alice", false),
        ("", "alice", false), ("", "bob", true), ("bob@example.com", "bob", true), ("alice@example.com", "bob", false),
        ("alice@example.com", "eve", false),
    ])
    func `a login may use itself and what the map says`(sender: String, login: String, isAllowed: Bool) {
        #expect(Self.map.allows(Array(sender.utf8), to: Array(login.utf8)) == isAllowed)
    }

    @Test(arguments: ["alice", "alice example.com", "a b@c d"])
    func `a line that is none is not taken`(line: String) {
        #expect(SenderMap(Array(line.utf8)) == nil)
    }
}
