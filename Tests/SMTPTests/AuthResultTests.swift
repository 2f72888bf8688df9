@testable import SMTP
import Testing

@Suite("An outcome")
struct AuthResultTests {
    @Test("is yes for status 0 alone, no for 1 alone, and 'cannot say' for every other")
    func statuses() {
        #expect(AuthResult(exitStatus: 0) == .accepted)
        #expect(AuthResult(exitStatus: 1) == .rejected(.exitStatus(1)))
        for status in [Int32(-1)] + Array(2...255) {
            #expect(AuthResult(exitStatus: status) == .temporary(.exitStatus(status)))
        }
    }
}
