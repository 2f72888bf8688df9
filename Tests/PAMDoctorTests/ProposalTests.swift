@testable import PAMDoctor
import TestSupport
import Testing

/// What doctor proposes was tried before: these are the cases in which it once proposed lines that locked people out.
@Suite struct ProposalTests {
    private static let start = System.noRoot + "\n"

    /// A service as it is, what doctor says of it, and as it would be if everything that doctor proposes were written.
    private func examine(_ system: System) -> (before: Examination, findings: [Finding], after: Examination) {
        // The files are gone with the system.
        withExtendedLifetime(system) {
            let before = system.examination()
            let findings = before.findings()
            let after = Examination(named: "svc", in: Proposal.following(findings.compactMap(\.proposal), in: system.tree))
            return (before, findings, after)
        }
    }

    private func findings(_ files: [String: String]) -> [Finding] { examine(System(files)).findings }

    private func verdict(_ examination: Examination, _ situation: Situation) -> ImaginedLogin { examination.imagine([situation])[0] }

    private static let unixThenSSSD = """
        auth sufficient pam_unix.so
        auth sufficient pam_sss.so use_first_pass
        auth required pam_deny.so
        """

    @Test(arguments: [Situation.Shadow.locked, .remote, .missing])
    func `an account of a directory still gets in after doctor's lines, whatever pam_unix says of it`(shadow: Situation.Shadow) {
        let files = ["svc": System.service(Self.start + Self.unixThenSSSD).replacing("account required pam_unix.so", with: "account required pam_unix.so broken_shadow")]
        let situation = Situation(account: .directory("pam_sss", shadow))
        let (before, _, after) = examine(System(files))
        #expect(verdict(before, situation).verdict == .accepted)
        #expect(verdict(after, situation).verdict == .accepted)
    }

    @Test func `user_unknown=ignore is not proposed in front of a directory`() throws {
        let finding = try #require(findings(["svc": System.service(Self.start + Self.unixThenSSSD)]).first { $0.what.contains("pam_unix.so answers") })
        #expect(finding.remedy == .none)
        #expect(finding.why.contains("No line is proposed: with 'auth [success=done new_authtok_reqd=done user_unknown=ignore ignore=ignore default=die] pam_unix.so', an account of pam_sss whose field in /etc/shadow is '*' or 'x' with the right password would be refused."))
    }

    /// Each finding wanted its own lines in place of the one that includes the file.
    @Test func `two findings do not replace the same line with different ones`() {
        let files = [
            "svc": "auth include common\naccount required pam_succeed_if.so uid >= 1000\naccount required pam_unix.so\nsession required pam_permit.so",
            "common": Self.unixThenSSSD,
        ]
        let (_, findings, after) = examine(System(files))
        let proposals = findings.compactMap(\.proposal)
        for (index, proposal) in proposals.enumerated() { #expect(!proposals[..<index].contains { $0.contradicts(proposal) }) }
        for account in [Situation.Account.local, .directory("pam_sss", .remote)] {
            #expect(verdict(after, Situation(account: account)).verdict == .accepted)
        }
    }

    /// pam_systemd_home was to stand alone in its place: no local account got in.
    @Test func `Arch's system-auth is not replaced by pam_systemd_home alone`() throws {
        let stack = try #require(CorpusStack.all.first { $0.name == "Arch's system-auth" })
        let (_, findings, after) = examine(System(stack.files, modules: System.usual + ["systemd_home", "time", "env"]))
        #expect(!findings.contains { $0.proposal?.lines.contains { $0.contains("pam_systemd_home") } ?? false })
        #expect(verdict(after, Situation()).verdict == .accepted)
    }

    /// The control that was proposed ended before the line that counts. Tests/EndToEnd/DoctorTests.swift has the real module count.
    @Test(arguments: [
        "auth required pam_faillock.so preauth silent\nauth sufficient pam_unix.so\nauth [default=die] pam_faillock.so authfail\nauth required pam_deny.so",
        "auth requisite pam_faillock.so preauth\nauth [success=2 default=ignore] pam_unix.so nullok\nauth [default=die] pam_faillock.so authfail\nauth requisite pam_deny.so\nauth required pam_permit.so",
        "auth required pam_faillock.so preauth\nauth sufficient pam_unix.so\nauth required pam_faillock.so authfail\nauth required pam_deny.so",
    ])
    func `pam_faillock still counts wrong passwords after doctor's lines, and no backend that is down`(auth: String) {
        let files = ["svc": System.service(Self.start + auth + "\naccount required pam_faillock.so")]
        let (before, findings, after) = examine(System(files))
        #expect(findings.contains { $0.what.hasPrefix("unavailable") && $0.proposal != nil })
        let wrong = Situation(password: .wrong)
        #expect(verdict(before, wrong).isCounted && verdict(before, wrong).verdict == .refused)
        #expect(verdict(after, wrong).isCounted && verdict(after, wrong).verdict == .refused)
        #expect(verdict(after, Situation()).verdict == .accepted && !verdict(after, Situation()).isCounted && verdict(after, Situation()).isForgiven)
        let down = Situation(trouble: .init(module: "pam_unix", answer: .authinfoUnavail))
        #expect(verdict(before, down).verdict == .refused)
        #expect(verdict(after, down).verdict == .temporary && !verdict(after, down).isCounted)
        var locked = Situation()
        locked.isLocked = true
        #expect(verdict(after, locked).verdict == .refused)
    }

    @Test func `a second factor is never proposed away`() {
        for auth in ["auth required pam_unix.so\nauth required pam_google_authenticator.so", "auth required pam_oath.so\nauth required pam_unix.so"] {
            let found = findings(["svc": System.service(Self.start + auth)])
            #expect(found.contains { $0.place.line == (auth.hasPrefix("auth required pam_oath") ? 2 : 3) })
            #expect(found.allSatisfy { $0.proposal == nil })
        }
    }

    @Test func `what an included file does beside is not replaced`() {
        let files = [
            "svc": "auth include common\naccount required pam_succeed_if.so uid >= 1000\naccount required pam_unix.so\nsession required pam_permit.so",
            "common": "auth required pam_access.so\nauth sufficient pam_unix.so\nauth required pam_deny.so",
        ]
        #expect(!findings(files).contains { $0.proposal?.lines.contains { $0.contains("pam_unix.so") } ?? false })
    }

    @Test func `a proposal takes the place of its line, with those that continue it`() {
        let system = System(["svc": "# one\nauth required \\\n  pam_unix\naccount required pam_unix.so"])
        let tree = Proposal.following(
            [
                Proposal(["two"], at: Place("/etc/pam.d/svc", 2)), Proposal(["before"], at: Place("/etc/pam.d/svc", 2), .before),
                Proposal(["last"], at: Place("/etc/pam.d/svc")),
            ], in: system.tree)
        guard case .text(let text) = tree.read("/etc/pam.d/svc") else { Issue.record("not read"); return }
        #expect(text.text == "# one\nbefore\ntwo\naccount required pam_unix.so\nlast\n")
    }

    @Test func `in a stack too long to try, doctor proposes no line`() {
        let auth = Array(repeating: "auth required pam_env.so", count: 200) + ["auth sufficient pam_unix.so", "auth required pam_deny.so"]
        let found = findings(["svc": System.service(Self.start + auth.joined(separator: "\n"))])
        #expect(found.contains { $0.what.hasPrefix("unavailable reads as a wrong password") && $0.why.hasSuffix("there are too many lines to try it.") })
        #expect(found.allSatisfy { $0.proposal == nil })
    }

    /// Found besides: what the comment of the service file once told to write.
    @Test func `a directory behind a pam_unix that ends the stack is never asked, and that is broken`() throws {
        let auth = "auth [success=2 user_unknown=ignore ignore=ignore default=die] pam_unix.so\nauth [success=1 ignore=ignore default=die] pam_sss.so use_first_pass\nauth requisite pam_deny.so\nauth required pam_permit.so"
        let files = ["svc": System.service(Self.start + auth)]
        let (before, findings, after) = examine(System(files))
        let finding = try #require(findings.first)
        #expect(finding.severity == .broken && finding.what == "the right password of an account of pam_sss is refused")
        let remote = Situation(account: .directory("pam_sss", .remote))
        #expect(verdict(before, remote).verdict == .refused)
        #expect(verdict(after, remote).verdict == .accepted)
        #expect(verdict(after, Situation(password: .wrong)).verdict == .refused)
    }

    @Test(arguments: [
        ("pam-chekpwd", "Did you mean 'pam-checkpwd'?"), ("pam-checkpwdd", "Did you mean 'pam-checkpwd'?"), ("smpt", "Did you mean 'smtp'?"),
        ("dovecot", nil), ("sm", nil),
    ] as [(String, String?)])
    func `for a mistyped service the nearest existing one is named`(name: String, guess: String?) throws {
        let system = System(["pam-checkpwd": "auth required pam_deny.so", "smtp": "auth required pam_deny.so", "other": "auth required pam_deny.so"])
        let finding = try #require(system.examination(name).findings().first { $0.what == "service file is missing" })
        if let guess { #expect(finding.why.hasSuffix(guess)) } else { #expect(!finding.why.contains("Did you mean")) }
    }
}
