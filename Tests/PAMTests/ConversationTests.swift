import CPAM
import TestSupport
import Testing
import Verdicts

@testable import PAM

@Suite struct ConversationTests {
    /// Asks a conversation that knows the password 'pass'; nil where it has no answer.
    private func answers(to prompts: [(Int32, String)]) -> [String?] {
        let password = Array("pass".utf8)
        return password.withUnsafeBytes { password in
            var conversation = Conversation(trace: Trace(isOn: false))
            conversation.password = password
            return prompts.map { style, text in
                var answer = cpam_answer()
                guard conversation.receive(style: style, text: Array(text.utf8), answer: &answer) == PAM_SUCCESS else {
                    return nil
                }
                return answer.bytes.map {
                    String(decoding: UnsafeRawBufferPointer(start: $0, count: answer.length), as: UTF8.self)
                } ?? ""
            }
        }
    }

    @Test func `the first hidden prompt gets the password`() {
        #expect(answers(to: [(PAM_PROMPT_ECHO_OFF, "Password: ")]) == ["pass"])
    }

    @Test func `the same prompt of a second module gets it again`() {
        #expect(answers(to: [(PAM_PROMPT_ECHO_OFF, "Password: "), (PAM_PROMPT_ECHO_OFF, "Password: ")]) == ["pass", "pass"])
    }

    @Test func `another hidden prompt never gets it: it asks for a code, or a new password`() {
        #expect(
            answers(to: [(PAM_PROMPT_ECHO_OFF, "Password: "), (PAM_PROMPT_ECHO_OFF, "New password: ")]) == ["pass", nil])
    }

    @Test func `a visible prompt gets nothing`() {
        #expect(answers(to: [(PAM_PROMPT_ECHO_ON, "login: ")]) == [nil])
    }

    @Test func `texts are heard and need no answer`() {
        #expect(answers(to: [(PAM_TEXT_INFO, "hello"), (PAM_ERROR_MSG, "beware")]) == ["", ""])
    }

    @Test(arguments: [PAM_BINARY_PROMPT, PAM_RADIO_TYPE, 0, 99])
    func `a style that is not known is refused`(style: Int32) {
        #expect(answers(to: [(style, "?")]) == [nil])
    }

    @Test func `outside authentication there is no password to give`() {
        var conversation = Conversation(trace: Trace(isOn: false))
        var answer = cpam_answer()
        #expect(
            conversation.receive(style: PAM_PROMPT_ECHO_OFF, text: Array("Password: ".utf8), answer: &answer) == PAM_CONV_ERR)
    }
}
