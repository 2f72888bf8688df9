import CPAM
@testable import PAMDoctor
import Testing

@Suite struct AnswerTests {
    @Test(arguments: [
        (Answer.success, PAM_SUCCESS), (.authErr, PAM_AUTH_ERR), (.authinfoUnavail, PAM_AUTHINFO_UNAVAIL),
        (.userUnknown, PAM_USER_UNKNOWN), (.ignore, PAM_IGNORE), (.moduleUnknown, PAM_MODULE_UNKNOWN), (.incomplete, PAM_INCOMPLETE),
    ])
    func `an answer's number is PAM's`(answer: Answer, number: Int32) {
        #expect(answer.number == Int(number))
    }
}
