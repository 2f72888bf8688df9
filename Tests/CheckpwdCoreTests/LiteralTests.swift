import CheckpwdCore
import Testing

@Suite struct LiteralTests {
    @Test func `a literal becomes its bytes`() {
        #expect([UInt8]("<a@b>") == Array("<a@b>".utf8))
        #expect([UInt8]("") == [])
    }

    @Test(arguments: [(0, "0"), (7, "7"), (512, "512"), (-1, "-1"), (Int.max, "\(Int.max)"), (Int.min, "\(Int.min)")])
    func `a number becomes its decimal digits`(number: Int, digits: String) {
        #expect([UInt8](decimal: number) == Array(digits.utf8))
    }

    @Test func `bytes become a C string, and come back`() {
        let bytes: [UInt8] = [1, 0x80, 0xFF]
        #expect(bytes.withCString { [UInt8](cString: $0) } == bytes)
        #expect([UInt8]().withCString { [UInt8](cString: $0) } == [])
    }
}
