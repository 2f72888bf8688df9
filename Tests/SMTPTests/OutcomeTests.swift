@testable import SMTP
import Testing

@Suite("An outcome")
struct OutcomeTests {
    @Test("is yes for status 0 alone, no for 1 alone, and 'cannot say' for every other")
    func statuses() {
        #expect(Outcome(exitStatus: 0) == .accepted)
        #expect(Outcome(exitStatus: 1) == .rejected(.exitStatus(1)))
        for status in [Int32(-1)] + Array(2...255) {
            #expect(Outcome(exitStatus: status) == .temporary(.exitStatus(status)))
        }
    }
}
