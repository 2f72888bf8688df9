import CPAM
import CheckpwdCore
@testable import PAM
import TestSupport
import Testing

@Suite struct ConversationTests {
    private func conversation() -> Conversation {
        Conversation(service: try! Service(Array("test".utf8)), login: LoginName("alice"), trace: Trace(isOn: false))
    }

    /// Asks a conversation that knows the password 'pass'; nil where it has no answer.
    private func answers(to prompts: [(Int32, String)]) -> [String?] {
        let password = Array("pass".utf8)
        return password.withUnsafeBytes { password in
            var conversation = conversation()
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

    @Test(arguments: [
        ("login:", "alice"), ("login: ", "alice"), ("Login:", nil), ("Code: ", nil), ("Password: ", nil), ("", nil),
    ])
    func `a visible prompt gets the login if it asks for that, else nothing`(prompt: String, answer: String?) {
        #expect(answers(to: [(PAM_PROMPT_ECHO_ON, prompt)]) == [answer])
    }

    @Test func `the administrator's own prompt for the login is known`() {
        var conversation = conversation()
        conversation.loginPrompt = Array("Who? ".utf8)
        #expect(conversation.promptVisible(Array("Who?".utf8))?.text == "alice")
        #expect(conversation.promptVisible(Array("login:".utf8)) == nil)
    }

    @Test func `texts are heard and need no answer`() {
        #expect(answers(to: [(PAM_TEXT_INFO, "hello"), (PAM_ERROR_MSG, "beware")]) == ["", ""])
    }

    @Test(arguments: [PAM_BINARY_PROMPT, PAM_RADIO_TYPE, 0, 99])
    func `a style that is not known is refused`(style: Int32) {
        #expect(answers(to: [(style, "?")]) == [nil])
    }

    @Test func `outside authentication there is no password to give`() {
        var conversation = conversation()
        var answer = cpam_answer()
        #expect(
            conversation.receive(style: PAM_PROMPT_ECHO_OFF, text: Array("Password: ".utf8), answer: &answer) == PAM_CONV_ERR)
    }
}
