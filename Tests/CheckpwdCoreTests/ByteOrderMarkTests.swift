import CheckpwdCore
import Testing

@Suite struct ByteOrderMarkTests {
    @Test(arguments: [
        ([0xEF, 0xBB, 0xBF, 0x61], 3), ([0xEF, 0xBB, 0xBF], 3), ([0xEF, 0xBB, 0xBF, 0xEF, 0xBB, 0xBF], 3), ([0xEF, 0xBB], 0),
        ([0x61, 0xEF, 0xBB, 0xBF], 0), ([], 0), ([0xFF, 0xFE, 0x61, 0], 0),
    ] as [([UInt8], Int)])
    func `a text has one UTF-8 byte-order mark at its beginning, or none`(text: [UInt8], length: Int) {
        #expect(ByteOrderMark.length(in: text) == length)
        #expect(Array(text.withoutByteOrderMark) == Array(text.dropFirst(length)))
        #expect(text.withUnsafeBytes { Array($0.withoutByteOrderMark) } == Array(text.dropFirst(length)))
    }

    @Test(arguments: [
        ([0xFF, 0xFE, 0x61, 0], true), ([0xFE, 0xFF, 0, 0x61], true), ([0xFF, 0xFE, 0, 0], true), ([0, 0, 0xFE, 0xFF], true),
        ([0xEF, 0xBB, 0xBF], false), ([0xFF], false), ([], false), ([0x61], false),
    ] as [([UInt8], Bool)])
    func `a text in UTF-16 or UTF-32 is recognized by its mark`(text: [UInt8], isWide: Bool) {
        #expect(ByteOrderMark.isWide(text) == isWide)
    }
}
