import Credentials
import SecretStore
import TestSupport
import Testing
import Verdicts

@testable import StoreKeeping

@Suite struct CheckTests {
    @Test func `a whole store has no problems`() throws {
        let sample = try SampleStore("alice", "bob")
        let findings = try sample.keeper.check()
        #expect(findings.records == 2 && findings.problems.isEmpty)
    }

    @Test func `every record that does not open is named, and the others are read`() throws {
        let sample = try SampleStore("alice", "bob", "carol")
        try Environment(at: Array(sample.path.utf8), for: .writing).write { (view) throws(Failure) in
            let alice = try view.value(of: Array("alice".utf8))!
            var flipped = alice
            flipped[40] ^= 1
            _ = view.put(Array("alice".utf8), flipped)
            _ = view.put(Array("bob".utf8), alice)
            _ = view.put(Array("short".utf8), [1, 2, 3])
            return view.put(Array("tab\t".utf8), alice)
        }
        let findings = try sample.keeper.check()
        #expect(findings.records == 5)
        let problems = findings.problems.map { "\($0)" }
        #expect(problems.count == 4)
        for (problem, start) in zip(problems, ["alice", "bob", "short", "tab"]) {
            #expect(problem.contains(start))
        }
        #expect(problems.last?.hasPrefix("misused: bad login: tab") == true)
    }
}
