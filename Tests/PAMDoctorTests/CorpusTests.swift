@testable import PAMDoctor
import TestSupport
import Testing

/// What doctor says of stacks as they are in the field. Tests/EndToEnd/CorpusTests.swift tries such stacks with real modules.
@Suite struct CorpusTests {
    private func system(_ stack: CorpusStack) -> System {
        let words = stack.files.values.joined(separator: "\n").split { " \n".contains($0) }
        let modules = Set(words.filter { $0.hasPrefix("pam_") && $0.hasSuffix(".so") }.map { String($0.dropFirst(4).dropLast(3)) })
        let system = System(stack.files, modules: Array(modules.union(["unix", "deny", "permit", "succeed_if", "faillock"])))
        system.write("etc/debian_version", "12\n")
        return system
    }

    @Test func `the corpus has at least 40 stacks, each once`() {
        #expect(CorpusStack.all.count >= 40)
        #expect(Set(CorpusStack.all.map(\.name)).count == CorpusStack.all.count)
    }

    @Test(arguments: CorpusStack.all)
    func `doctor finds in a stack from the field what is wrong with it, and nothing else`(stack: CorpusStack) {
        #expect(system(stack).findings() == stack.findings)
    }

    @Test(arguments: CorpusStack.all)
    func `lines that doctor proposes make nothing worse, and their finding is gone once they are written`(stack: CorpusStack) {
        let system = system(stack)
        let examination = system.examination()
        let findings = examination.findings()
        let proposals = findings.compactMap(\.proposal)
        guard !proposals.isEmpty else { return }
        defer { withExtendedLifetime(system) {} }
        #expect(ProposalTrial(examination).worsening(proposals) == nil)
        let after = Examination(named: "svc", in: Proposal.following(proposals, in: system.tree)).findings()
        for finding in findings where finding.proposal != nil {
            #expect(!after.contains { $0.what == finding.what }, "\(finding.paragraph())")
        }
    }
}
