import CPAM
import CheckpwdCore

/// What PAM's modules ask and say while they look at one login: a method for each style of message.
///
/// It knows two answers, the password and the login, and gives each to the one question that asks for it.
struct Conversation {
    /// The password, while `Transaction.authenticate` runs; its owner wipes it.
    var password: UnsafeRawBufferPointer?
    /// The prompt with which modules ask for the login, `PAM_USER_PROMPT`.
    var loginPrompt = [UInt8]("login:")
    private let service: Service
    private let login: LoginName
    private let trace: Trace
    private var answered: [UInt8]?
    private var told = 0

    /// How many texts of the modules go to the log: a module that says more has said enough.
    private static let texts = 8

    init(service: Service, login: LoginName, trace: Trace) {
        self.service = service
        self.login = login
        self.trace = trace
    }

    /// A prompt whose answer is not to be seen. The first is for the password, and so is the same prompt again (a second
    /// module that asks for itself); a different one asks for something that we do not have.
    mutating func promptHidden(_ prompt: [UInt8]) -> UnsafeRawBufferPointer? {
        trace(.prompt(prompt, isHidden: true))
        guard let password, answered == nil || answered == prompt else { return nil }
        answered = prompt
        return password
    }

    /// A prompt whose answer may be seen: the login, if it asks for that.
    func promptVisible(_ prompt: [UInt8]) -> [UInt8]? {
        trace(.prompt(prompt, isHidden: false))
        return Conversation.trimmed(prompt) == Conversation.trimmed(loginPrompt) ? login.bytes : nil
    }

    private static func trimmed(_ prompt: [UInt8]) -> ArraySlice<UInt8> {
        var text = prompt[...]
        while text.last == UInt8(ascii: " ") { text.removeLast() }
        return text
    }

    mutating func show(information text: [UInt8]) {
        trace(.message(text, isError: false))
        tell("information", text)
    }

    mutating func show(error text: [UInt8]) {
        trace(.message(text, isError: true))
        tell("error", text)
    }

    private mutating func tell(_ kind: StaticString, _ text: [UInt8]) {
        told += 1
        guard told <= Conversation.texts else { return }
        var line = LogLine()
        line.add("message", kind)
        line.add("text", text)
        line.add("service", service.name)
        line.add("login", login.bytes)
        SystemLog.send(.information, line)
    }

    /// One message, as `cpam_converse` passes it on.
    ///
    /// - Parameters:
    ///   - style: `PAM_PROMPT_ECHO_OFF` and so on; a binary prompt or an unknown style is refused.
    ///   - answer: receives borrowed bytes, valid until the next message.
    /// - Returns: `PAM_SUCCESS`, or `PAM_CONV_ERR` where there is no answer.
    mutating func receive(style: Int32, text: [UInt8], answer: inout cpam_answer) -> Int32 {
        switch style {
        case PAM_PROMPT_ECHO_OFF:
            guard let reply = promptHidden(text) else { return PAM_CONV_ERR }
            answer = cpam_answer(bytes: reply.baseAddress, length: reply.count)
        case PAM_PROMPT_ECHO_ON:
            guard let reply = promptVisible(text) else { return PAM_CONV_ERR }
            // Sound to let the pointer out: the login's bytes live as long as this value, and nothing changes them.
            answer = reply.withUnsafeBytes { cpam_answer(bytes: $0.baseAddress, length: $0.count) }
        case PAM_TEXT_INFO: show(information: text)
        case PAM_ERROR_MSG: show(error: text)
        default: return PAM_CONV_ERR
        }
        return PAM_SUCCESS
    }
}
