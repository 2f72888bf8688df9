import CheckpwdCore
import Testing

@Suite struct HexTests {
    @Test func `bytes become lower-case digits`() {
        #expect(Hex.encode([0x00, 0x0F, 0xA5, 0xFF]) == "000fa5ff")
    }

    @Test(arguments: zip("0123456789abcdefABCDEF".utf8, [Array(0...15), Array(10...15)].joined().map(UInt8.init)))
    func `a digit of either case has its value`(digit: UInt8, value: UInt8) {
        #expect(Hex.value(digit) == value)
    }

    @Test(arguments: "/:@`gG \0".utf8)
    func `what is no digit has no value`(byte: UInt8) {
        #expect(Hex.value(byte) == nil)
        #expect(!Hex.isLowercaseDigit(byte))
    }

    @Test func `upper case is no lower-case digit`() {
        #expect("0189af".utf8.allSatisfy(Hex.isLowercaseDigit))
        #expect(!"ABCDEF".utf8.contains(where: Hex.isLowercaseDigit))
    }
}
