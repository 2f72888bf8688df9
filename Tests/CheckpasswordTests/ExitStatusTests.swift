import Checkpassword
import CheckpwdCore
import Testing

@Suite struct ExitStatusTests {
    @Test(arguments: [
        (Failure.rejected(Cause(Reason("x", "x"))), Int32(1)), (.misused(Cause(Reason("x", "x"))), 2), (.temporary(Cause(Reason("x", "x"))), 111),
    ])
    func `each kind of failure has the interface's exit code`(failure: Failure, status: Int32) {
        #expect(ExitStatus.of(failure) == status)
    }
}
