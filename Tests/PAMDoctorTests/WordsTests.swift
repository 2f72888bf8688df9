@testable import PAMDoctor
import Testing

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
