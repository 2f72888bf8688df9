@testable import Cryptography
import TestSupport
import Testing

@Suite struct ReadableSecretTests {
    @Test(arguments: [1, 20, 1024])
    func `a secret has the length that was asked for, and characters that nobody confuses`(length: Int) throws {
        let secret = try ReadableSecret.make(length: length).text()
        #expect(secret.count == length)
        #expect(secret.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) && !"0Oo1Iil".contains($0) })
    }

    /// Chi-squared with 54 degrees of freedom; an even choice stays below 130 but once in a hundred million times. With the
    /// remainder of every byte, the first 36 characters would be a quarter likelier, and it would be about 600.
    @Test func `every character is as likely as any other`() throws {
        let rounds = 55
        var counts: [Character: Double] = [:]
        for _ in 0..<rounds { for character in try ReadableSecret.make(length: 1000).text() { counts[character, default: 0] += 1 } }
        #expect(counts.count == 55)
        let expected = Double(rounds * 1000) / 55
        #expect(counts.values.reduce(0) { $0 + ($1 - expected) * ($1 - expected) / expected } < 130)
    }
}
