import Checkpassword
import CheckpwdCore
import Testing

@Suite struct ExitStatusTests {
    @Test(arguments: [
        (Failure.rejected(Cause("x")), Int32(1)), (.misused(Cause("x")), 2), (.temporary(Cause("x")), 111),
    ])
    func `each kind of failure has the interface's exit code`(failure: Failure, status: Int32) {
        #expect(ExitStatus.of(failure) == status)
    }
}
