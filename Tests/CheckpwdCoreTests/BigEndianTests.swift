import CheckpwdCore
import Testing

@Suite struct BigEndianTests {
    private static let pairs: [(UInt64, [UInt8])] = [
        (0, [0, 0, 0, 0, 0, 0, 0, 0]), (258, [0, 0, 0, 0, 0, 0, 1, 2]), (.max, [UInt8](repeating: 255, count: 8)),
    ]

    @Test(arguments: pairs)
    func `a number becomes eight bytes, and comes back`(number: UInt64, bytes: [UInt8]) {
        #expect([UInt8](bigEndian: number) == bytes)
        #expect(UInt64(bigEndian: bytes[...]) == number)
    }
}
