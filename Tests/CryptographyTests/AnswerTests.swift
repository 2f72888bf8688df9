import CheckpwdCore
import Cryptography
import TestSupport
import Testing

@Suite struct AnswerTests {
    private let challenge = "<1896.697170952@dbc.mtview.ca.us>"
    private let apop = "c4c9334bac560ecc979e58001b3e22fb"

    private func proves(_ digest: String, secret: String = "tanstaaf", by digests: [Digest]) throws -> Int? {
        try Array(challenge.utf8).withUnsafeBytes { challenge in
            try Array(digest.utf8).withUnsafeBytes { digest in
                try Answer(to: challenge, digest: digest).proves(Secret(secret), by: digests, .asConfigured)
            }
        }
    }

    @Test func `the right digest of a kind that counts proves the secret, by its place`() throws {
        #expect(try proves(apop, by: [.apop]) == 0)
        #expect(try proves(apop, by: [.cramMD5, .apop]) == 1)
    }

    @Test func `a kind that does not count, a wrong secret or a wrong digest proves nothing`() throws {
        #expect(try proves(apop, by: [.cramMD5]) == nil)
        #expect(try proves(apop, by: []) == nil)
        #expect(try proves(apop, secret: "tanstaag", by: [.cramMD5, .apop]) == nil)
        #expect(try proves(String(apop.dropLast()) + "0", by: [.cramMD5, .apop]) == nil)
        #expect(try proves("", by: [.cramMD5, .apop]) == nil)
    }
}
