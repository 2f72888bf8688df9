import SASL
@testable import SMTPServer
import TestSupport
import Testing

@Suite("The bytes for descriptor 3")
struct CredentialBytesTests {
    private func bytes(_ attempt: AuthenticationAttempt, _ order: FieldOrder = .netqmail) -> String? {
        guard let bytes = CredentialBytes.of(attempt, in: order) else { return nil }
        return text(bytes)
    }

    @Test("are login, password and an empty third field for a password")
    func password() throws {
        #expect(bytes(try plainAttempt("alice", "pa ss")) == "alice\0pa ss\0\0")
        #expect(bytes(try attempt(.loginPassword(.init(Array("bob".utf8))), "x")) == "bob\0x\0\0")
        #expect(bytes(try plainAttempt("", "")) == "\0\0\0")
    }

    @Test("are login, challenge and digest for CRAM-MD5")
    func digest() throws {
        let attempt = try attempt(.cramMD5(challenge: tutorialChallenge), "alice cee8397ab123a0d4f3a7fddbb9cb8719")
        #expect(bytes(attempt) == "alice\0<20137.1267585100@indimail.org>\0cee8397ab123a0d4f3a7fddbb9cb8719\0")
    }

    @Test(
        "are in the order that the program expects",
        arguments: [
            (FieldOrder.netqmail, "alice\0pass\0\0", "alice\0CHALLENGE\0DIGEST\0"),
            (.sqmail, "alice\0pass\0\0", "alice\0DIGEST\0CHALLENGE\0"),
            (.indimail, "alice\0pass\0\0\u{2}\0", "alice\0CHALLENGE\0DIGEST\0\u{3}\0"),
        ])
    func orders(order: FieldOrder, password: String, digest: String) throws {
        #expect(bytes(try plainAttempt(), order) == password)
        let hex = "cee8397ab123a0d4f3a7fddbb9cb8719"
        let attempt = try attempt(.cramMD5(challenge: tutorialChallenge), "alice \(hex)")
        let expected = digest.replacing("CHALLENGE", with: text(tutorialChallenge)).replacing("DIGEST", with: hex)
        #expect(bytes(attempt, order) == expected)
    }

    @Test("are at most 512")
    func limit() throws {
        let longest = String(repeating: "p", count: 512 - 3 - 5)
        #expect(bytes(try plainAttempt("alice", longest))?.utf8.count == 512)
        #expect(bytes(try plainAttempt("alice", longest + "p")) == nil)
    }
}
