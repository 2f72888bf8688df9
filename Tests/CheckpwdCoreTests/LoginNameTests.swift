import CheckpwdCore
import TestSupport
import Testing

@Suite struct LoginTests {
    @Test(arguments: [
        ("alice", false), ("a b", false), ("é", false), ("a\tb", true), ("a\u{0}b", true), ("a\u{7F}", true), ("", false),
    ])
    func `a control byte in a login is seen`(text: String, hasControlByte: Bool) {
        #expect(LoginName(text).hasControlByte == hasControlByte)
    }
}
