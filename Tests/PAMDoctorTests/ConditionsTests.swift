@testable import PAMDoctor
import Testing

@Suite struct ConditionsTests {
    @Test(arguments: [
        ("pam_succeed_if.so uid >= 1000 quiet", Answer.authErr), ("pam_succeed_if.so uid > 0", .authErr),
        ("pam_succeed_if.so uid ne 0", .authErr), ("pam_succeed_if.so uid < 1000", .success),
        ("pam_succeed_if.so user != root", .authErr), ("pam_succeed_if.so user notin alice:root quiet_success", .authErr),
        ("pam_succeed_if.so user ingroup mail uid >= 1000", .authErr), ("pam_succeed_if.so user ingroup mail", nil),
        ("pam_succeed_if.so", nil), ("pam_succeed_if.so uid >=", nil), ("pam_usertype.so isregular", .authErr),
        ("pam_access.so", nil),
    ])
    func `what a rule says of root is in its line, or is not`(line: String, answer: Answer?) {
        let words = line.split(separator: " ").map(String.init)
        #expect(Conditions.answerToRoot(Module(words[0], Array(words.dropFirst()))) == answer)
    }
}
