import TestSupport
import Testing
import Verdicts

@testable import ProcessEnvironment

@Suite struct VariableTests {
    @Test func `a variable is set, replaced and removed, whatever its bytes`() throws {
        let name: StaticString = "PAM_CHECKPWD_TEST_VARIABLE"
        #expect(Variable.value(name) == nil)
        try Variable.set(name, [0xFF, 0x3D, 0x0A])
        #expect(Variable.value(name) == [0xFF, 0x3D, 0x0A])
        try Variable.set(name, [])
        #expect(Variable.value(name) == [])
        Variable.remove(name)
        #expect(Variable.value(name) == nil)
    }

    @Test(arguments: ["", "A=B"])
    func `what can be no name is a temporary failure`(name: String) {
        let failure = failure { () throws(Failure) in try Variable.set(Array(name.utf8), [1]) }
        #expect("\(failure!)".hasPrefix("temporary: cannot set environment"))
    }
}
