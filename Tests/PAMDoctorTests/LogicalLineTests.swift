import TestSupport
import Testing

@testable import PAMDoctor

@Suite struct LogicalLineTests {
    @Test(arguments: [
        ("a b\nc", ["1:a b", "2:c"]),
        ("\n# x\n  a # y\n", ["3:a"]),
        ("a \\\n b\nc", ["1:a  b", "3:c"]),
        ("a \\\n# x\n\n b", ["1:a  b"]),
        ("a \\ # x\nb", ["1:a \\", "2:b"]),
        ("a\\  \nb", ["1:a b"]),
        ("a\0b\nc", ["1:a", "2:c"]),
    ])
    func `a line ends where PAM says`(text: String, lines: [String]) {
        let found = LogicalLine.all(in: Array(text.utf8))
        #expect(found.lines.map { "\($0.number):\($0.text.text)" } == lines)
        #expect(found.unfinished == nil)
    }

    @Test func `a line that goes on behind the end is none`() {
        let found = LogicalLine.all(in: Array("a\nb \\\n".utf8))
        #expect(found.lines.map(\.number) == [1])
        #expect(found.unfinished == 2)
    }
}

@Suite struct WordsTests {
    @Test(arguments: [
        ("auth  required\tx", ["auth", "required", "x"]),
        ("[a=b c=d]x", ["a=b c=d", "x"]),
        ("x [..[..\\]..]", ["x", "..[..].."]),
        ("a[b c]", ["a[b", "c]"]),
        ("[]", [""]),
        ("", []),
    ])
    func `blanks part words, but for those in brackets`(text: String, words: [String]) {
        var found = Words(Array(text.utf8))
        #expect(found.all() == words)
        #expect(!found.isUnclosed)
    }

    @Test func `a bracket that is not closed is told`() {
        var words = Words(Array("a [b c".utf8))
        #expect(words.all() == ["a", "b c"])
        #expect(words.isUnclosed)
    }
}
