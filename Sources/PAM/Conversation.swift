import ByteStrings
import CPAM
import Verdicts

/// What PAM's modules ask and say while they look at one login: a method for each style of message.
///
/// It knows one answer, the password, and gives it to one question.
struct Conversation {
    /// The password, while `Transaction.authenticate` runs; its owner wipes it.
    var password: UnsafeRawBufferPointer?
    private let trace: Trace
    private var answered: [UInt8]?

    init(trace: Trace) {
        self.trace = trace
    }

    /// A prompt whose answer is not to be seen. The first is for the password, and so is the same prompt again (a second
    /// module that asks for itself); a different one asks for something that we do not have.
    mutating func promptHidden(_ prompt: [UInt8]) -> UnsafeRawBufferPointer? {
        trace("module asks, hidden", prompt)
        guard let password, answered == nil || answered == prompt else { return nil }
        answered = prompt
        return password
    }

    /// A prompt whose answer may be seen. The login was given to PAM at the start, and nothing else is known.
    func promptVisible(_ prompt: [UInt8]) -> UnsafeRawBufferPointer? {
        trace("module asks, visible", prompt)
        return nil
    }

    func show(information text: [UInt8]) {
        trace("module says", text)
    }

    func show(error text: [UInt8]) {
        trace("module warns", text)
    }

    /// One message, as `cpam_converse` passes it on.
    ///
    /// - Parameters:
    ///   - style: `PAM_PROMPT_ECHO_OFF` and so on; a binary prompt or an unknown style is refused.
    ///   - answer: receives borrowed bytes, valid until the password's owner wipes them.
    /// - Returns: `PAM_SUCCESS`, or `PAM_CONV_ERR` where there is no answer.
    mutating func receive(style: Int32, text: [UInt8], answer: inout cpam_answer) -> Int32 {
        let reply: UnsafeRawBufferPointer?
        switch style {
        case PAM_PROMPT_ECHO_OFF: reply = promptHidden(text)
        case PAM_PROMPT_ECHO_ON: reply = promptVisible(text)
        case PAM_TEXT_INFO:
            show(information: text)
            return PAM_SUCCESS
        case PAM_ERROR_MSG:
            show(error: text)
            return PAM_SUCCESS
        default: return PAM_CONV_ERR
        }
        guard let reply else { return PAM_CONV_ERR }
        answer = cpam_answer(bytes: reply.baseAddress, length: reply.count)
        return PAM_SUCCESS
    }
}
