import SASL
import TestSupport
import Testing

@Suite("A challenge")
struct ChallengeTests {
    /// 'Random' numbers that a test can know.
    struct Counting: RandomNumberGenerator {
        var bits: UInt64 = 0x0706_0504_0302_0100
        mutating func next() -> UInt64 {
            defer { bits &+= 0x0808_0808_0808_0808 }
            return bits
        }
    }

    @Test("is random bits, a dot, the time, an @ and the host, in angle brackets")
    func form() {
        var generator = Counting()
        let challenge = Challenge.make(time: 697_170_952, host: Array("mail.example.com".utf8), using: &generator)
        #expect(text(challenge) == "<000102030405060708090a0b0c0d0e0f.697170952@mail.example.com>")
    }

    @Test("is never the same twice, in the same second, too")
    func unique() {
        let challenges = Set((0..<1000).map { _ in text(Challenge.make(time: 1, host: [])) })
        #expect(challenges.count == 1000)
    }
}
