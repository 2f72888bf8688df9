import Cryptography
import Testing

@Suite struct RandomnessTests {
    @Test func `bytes are as many as asked for, and never the same`() throws {
        let first = try Randomness.bytes(32)
        #expect(first.count == 32)
        #expect(try Randomness.bytes(32) != first)
    }
}
