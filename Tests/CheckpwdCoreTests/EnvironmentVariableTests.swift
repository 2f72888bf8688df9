@testable import CheckpwdCore
import TestSupport
import Testing

@Suite struct VariableTests {
    @Test func `a variable is set, replaced and removed, whatever its bytes`() throws {
        let name: StaticString = "PAM_CHECKPWD_TEST_VARIABLE"
        #expect(EnvironmentVariable.value(name) == nil)
        try EnvironmentVariable.set(name, [0xFF, 0x3D, 0x0A])
        #expect(EnvironmentVariable.value(name) == [0xFF, 0x3D, 0x0A])
        try EnvironmentVariable.set(name, [])
        #expect(EnvironmentVariable.value(name) == [])
        EnvironmentVariable.remove(name)
        #expect(EnvironmentVariable.value(name) == nil)
    }

    @Test(arguments: ["", "A=B"])
    func `what can be no name is a temporary failure`(name: String) {
        let failure = failure { () throws(Failure) in try EnvironmentVariable.set(Array(name.utf8), [1]) }
        #expect("\(failure!)".hasPrefix("temporary: cannot set environment"))
    }
}
