import ByteStrings
import Testing

@Suite struct QuotedTests {
    @Test(arguments: [
        ("alice", #""alice""#),
        ("", #""""#),
        ("a b", #""a\x20b""#),
        ("a\"b\\c", #""a\x22b\x5cc""#),
        ("a\r\nverdict=accepted", #""a\x0d\x0averdict=accepted""#),
        ("\u{7F}é", #""\x7f\xc3\xa9""#),
    ])
    func `a quoted value cannot leave its quotes`(value: String, quoted: String) {
        var line: [UInt8] = []
        line.appendQuoted(value.utf8)
        #expect(String(decoding: line, as: UTF8.self) == quoted)
    }

    @Test func `readable text keeps its blanks and stays on one line`() {
        var line: [UInt8] = []
        line.appendReadable("two words\nnext".utf8)
        #expect(line == #"two words\x0anext"#)
    }
}
