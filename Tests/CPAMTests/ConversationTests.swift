import CPAM
import Foundation
import Testing

/// What the C shim does with memory. The way back into Swift is scripted here, without PAM.
@Suite struct ConversationTests {
    /// One message and how it is answered.
    private struct Step {
        var style: Int32 = PAM_PROMPT_ECHO_OFF
        var status: Int32 = PAM_SUCCESS
        var answer: [UInt8]? = Array("pass".utf8)
    }

    private final class Script {
        var steps: [Step]
        var asked: [String] = []
        init(_ steps: [Step]) { self.steps = steps }
    }

    private struct Result {
        var status: Int32
        var answers: [String?]?
        var asked: [String]
    }

    private func converse(_ steps: [Step], count: Int32? = nil) -> Result {
        let script = Script(steps)
        var conversation = cpam_conversation(
            ask: { context, style, text, answer in
                let script = Unmanaged<Script>.fromOpaque(context!).takeUnretainedValue()
                let step = script.steps[script.asked.count]
                script.asked.append(String(cString: text!))
                if let bytes = step.answer {
                    // Leaks, in a test: the shim copies before it returns.
                    let copy = UnsafeMutableRawPointer.allocate(byteCount: max(bytes.count, 1), alignment: 1)
                    copy.copyMemory(from: bytes, byteCount: bytes.count)
                    answer!.pointee = cpam_answer(bytes: copy, length: bytes.count)
                }
                return step.status
            },
            context: Unmanaged.passUnretained(script).toOpaque())
        let messages = steps.indices.map { index -> UnsafePointer<pam_message>? in
            let message = UnsafeMutablePointer<pam_message>.allocate(capacity: 1)
            message.initialize(to: pam_message(msg_style: steps[index].style, msg: strdup("message \(index)")))
            return UnsafePointer(message)
        }
        var responses: UnsafeMutablePointer<pam_response>? = UnsafeMutablePointer(bitPattern: 1)
        var list = messages
        let status = withExtendedLifetime(script) {
            cpam_converse(count ?? Int32(steps.count), &list, &responses, &conversation)
        }
        let answers = responses.map { responses in
            steps.indices.map { index in responses[index].resp.map { String(cString: $0) } }
        }
        return Result(status: status, answers: answers, asked: script.asked)
    }

    @Test func `each prompt gets its answer, in order, and a text gets none`() {
        let result = converse([
            Step(answer: Array("one".utf8)), Step(style: PAM_TEXT_INFO, answer: nil),
            Step(style: PAM_PROMPT_ECHO_ON, answer: Array("two".utf8)), Step(style: PAM_ERROR_MSG),
        ])
        #expect(result.status == PAM_SUCCESS)
        #expect(result.answers == ["one", nil, "two", nil])
        #expect(result.asked == ["message 0", "message 1", "message 2", "message 3"])
    }

    @Test func `an empty answer is an answer`() {
        #expect(converse([Step(answer: [])]).answers == [""])
    }

    @Test(arguments: [
        ("refused", Step(status: PAM_CONV_ERR)), ("without bytes", Step(answer: nil)),
        ("with a NUL inside", Step(answer: [97, 0, 98])),
    ])
    private func `one bad answer ends the conversation, and none is given away`(case name: String, bad: Step) {
        let result = converse([Step(), Step(), bad, Step()])
        #expect(result.status == PAM_CONV_ERR, "\(name)")
        #expect(result.answers == nil)
        #expect(result.asked.count == 3)
    }

    @Test(arguments: [Int32(0), -1, PAM_MAX_NUM_MSG + 1, Int32.max])
    func `a number of messages that PAM does not allow is refused unread`(count: Int32) {
        let result = converse([Step()], count: count)
        #expect(result.status == PAM_CONV_ERR)
        #expect(result.answers == nil)
        #expect(result.asked.isEmpty)
    }

    @Test func `as many messages as PAM allows are answered`() {
        let result = converse(Array(repeating: Step(), count: Int(PAM_MAX_NUM_MSG)))
        #expect(result.answers == Array(repeating: "pass", count: Int(PAM_MAX_NUM_MSG)))
    }
}
