import CheckpwdCore
import Testing

@Suite struct ConstantTimeTests {
    @Test(arguments: [
        ("", "", true), ("a", "a", true), ("a", "b", false), ("ab", "a", false), ("abc", "abd", false),
        ("xbc", "abc", false), ("abc", "abc", true),
    ])
    func `equal means the same bytes`(left: String, right: String, equal: Bool) {
        let (left, right) = (Array(left.utf8), Array(right.utf8))
        #expect(left.withUnsafeBytes { l in right.withUnsafeBytes { r in ConstantTime.equal(l, r) } } == equal)
    }
}
