import CheckpwdCore
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

    @Test(arguments: [
        (#"caf\u{E9} "DOMAIN\alice""#.utf8.map { $0 }, #"caf\u{E9} "DOMAIN\alice""#), (Array("é😀".utf8), "é😀"),
        (Array("a\n\u{1B}[2J\u{7F}".utf8), #"a\x0a\x1b[2J\x7f"#), (Array("\u{85}\u{9B}31m\u{A0}".utf8), #"\xc2\x85\xc2\x9b31m"# + "\u{A0}"),
        (Array("\u{202E}cba\u{2028}\u{2066}\u{200F}\u{61C}".utf8), #"\xe2\x80\xaecba\xe2\x80\xa8\xe2\x81\xa6\xe2\x80\x8f\xd8\x9c"#),
        ([0x61, 0xFF, 0xC3], #"a\xff\xc3"#), ([], ""),
    ])
    func `printable text keeps every language, and no terminal obeys it`(text: [UInt8], printed: String) {
        var line: [UInt8] = []
        line.appendPrintable(text)
        #expect(String(decoding: line, as: UTF8.self) == printed)
    }

    @Test func `readable text keeps its blanks and stays on one line`() {
        var line: [UInt8] = []
        line.appendReadable("two words\nnext".utf8)
        #expect(line == #"two words\x0anext"#)
    }
}
