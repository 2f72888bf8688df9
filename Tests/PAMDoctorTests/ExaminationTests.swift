import Foundation
@testable import PAMDoctor
import TestSupport
import Testing

@Suite struct ExaminationTests {
    private static let ours = ["pam-checkpwd", "pam-checkpwd.redhat", "pam-checkpwd.suse"]

    @Test(arguments: ours)
    func `of the service files that we install nothing is to be said`(file: String) throws {
        let text = try String(contentsOfFile: Stage.repository("pam.d/\(file)"), encoding: .utf8)
        #expect(System(["svc": text, "other": "auth required pam_deny.so"]).findings() == [])
    }

    @Test func `nor of the model that is written into findings`() {
        #expect(System(["svc": Examination.model.joined(separator: "\n")]).findings() == [])
    }

    private static let commonAuth = """
        auth	[success=1 default=ignore]	pam_unix.so nullok
        auth	requisite			pam_deny.so
        auth	required			pam_permit.so
        auth	optional			pam_cap.so
        """

    @Test func `Debian's common-auth tells a wrong password where nobody could say`() throws {
        let system = System([
            "svc": "@include common-auth\n@include common-account\nsession required pam_permit.so",
            "common-auth": Self.commonAuth,
            "common-account": """
                account [success=1 new_authtok_reqd=done default=ignore] pam_unix.so
                account requisite pam_deny.so
                account required pam_permit.so
                """,
        ])
        let found = system.findings()
        #expect(found.contains {
            $0.hasPrefix("warning common-auth:1 unavailable reads as a wrong password: pam_unix.so answers authinfo_unavail")
        })
        #expect(found.contains { $0.hasPrefix("warning common-account:1 unavailable reads as a refusal") })
        #expect(found.contains("warning svc:1 root is admitted"))
        let finding = try #require(system.examination().findings().first { $0.what.hasPrefix("unavailable reads as a wrong") })
        // A file that others use too is left as it is.
        let proposal = try #require(finding.proposal)
        #expect(proposal.place == Place("/etc/pam.d/svc", 1))
        #expect(proposal.lines.contains("auth     [success=1 ignore=ignore default=die] pam_unix.so nullok"))
    }

    /// Services that are nearly right, and all that is to be said of them.
    private static let services: [(auth: String, findings: [String])] = [
        // Nobody is asked for a password.
        ("auth required pam_permit.so\n" + System.noRoot, ["broken svc:2 lets anyone in"]),
        (System.noRoot + "\nauth sufficient pam_rootok.so\nauth required pam_unix.so", ["broken svc:2 lets anyone in"]),
        (System.noRoot + "\nauth sufficient pam_localuser.so\nauth required pam_unix.so", ["broken svc:2 lets anyone in"]),
        (System.noRoot + "\nauth optional pam_unix.so\nauth required pam_permit.so", ["broken svc:3 lets anyone in"]),
        (
            System.noRoot + "\nauth [success=1 default=ignore] pam_unix.so\nauth required pam_permit.so",
            ["broken svc:3 lets anyone in"]
        ),
        // Nobody gets in.
        (System.noRoot + "\nauth required pam_unix.so\nauth required pam_deny.so", ["broken svc:3 no login can succeed"]),
        (
            System.noRoot + "\nauth [success=2 default=die] pam_unix.so\nauth required pam_permit.so",
            ["broken svc:2 jump over 2 lines, and there are not so many"]
        ),
        // What cannot be said.
        (
            System.noRoot + "\nauth sufficient pam_unix.so\nauth required pam_deny.so",
            [
                "warning svc:2 unavailable reads as a wrong password: pam_unix.so answers authinfo_unavail, pam_authenticate returns auth_err"
            ]
        ),
        // Root.
        ("auth required pam_unix.so", []),
        // Other modules.
        (
            System.noRoot + "\nauth required pam_missing.so\nauth required pam_unix.so",
            ["broken svc:2 module is not installed: pam_missing.so in /lib/x86_64-linux-gnu/security"]
        ),
        (
            System.noRoot + "\nauth required pam_unix\nauth required pam_permit.so",
            [
                "broken svc:2 module is not installed: pam_unix in /lib/x86_64-linux-gnu/security",
            ]
        ),
        (
            System.noRoot + "\nauth optional pam_missing.so\nauth required pam_unix.so",
            [
                "warning svc:2 module is not installed: pam_missing.so in /lib/x86_64-linux-gnu/security"
            ]
        ),
        (
            System.noRoot + "\n-auth optional pam_sss.so\nauth required pam_unix.so",
            []
        ),
        (System.noRoot + "\nauth required pam_access.so\nauth required pam_unix.so", ["warning svc:2 pam_access.so rules passwords only"]),
        (
            System.noRoot + "\nauth required pam_unix.so\nauth required pam_google_authenticator.so",
            ["broken svc:3 pam_google_authenticator.so asks for more than a password"]
        ),
        (
            System.noRoot + "\nauth required pam_exec.so expose_authtok /usr/bin/check\nauth required pam_permit.so",
            ["note svc:2 pam_exec.so is not known here"]
        ),
        (
            System.noRoot + "\nauth required pam_exec.so expose_authtok /usr/bin/check",
            ["broken svc:2 no module gives credentials", "note svc:2 pam_exec.so is not known here"]
        ),
    ]

    @Test(arguments: services)
    func `of a service is said`(auth: String, findings: [String]) {
        #expect(System(["svc": System.service(auth)]).findings() == findings, "\(auth)")
    }

    /// Where one line is wrong, doctor says which to write instead.
    @Test(arguments: [
        "auth [success=1 default=ignore] pam_unix.so nullok\nauth requisite pam_deny.so\nauth required pam_permit.so",
        "auth sufficient pam_unix.so\nauth required pam_deny.so",
        "auth required pam_unix",
        "auht required pam_unix.so",
        "auth requird pam_unix.so",
    ])
    func `the line to write is the remedy`(auth: String) throws {
        let lines = [System.noRoot] + auth.split(separator: "\n").map(String.init)
        let system = System(["svc": System.service(lines.joined(separator: "\n"))])
        let finding = try #require(system.examination().findings().first { $0.remedy != .none })
        let proposal = try #require(finding.proposal)
        var mended = lines
        mended.replaceSubrange((proposal.place.line - 1)...(proposal.place.line - 1), with: proposal.lines)
        #expect(System(["svc": System.service(mended.joined(separator: "\n"))]).findings() == [])
    }

    @Test func `a service without a file is broken, and a model is written`() throws {
        let system = System(["other": "auth required pam_unix.so"])
        #expect(system.findings() == ["broken svc service file is missing"])
        let proposal = try #require(system.examination().findings().first?.proposal)
        #expect(proposal == Proposal(Examination.model, at: Place("/etc/pam.d/svc")))
    }

    @Test func `a name in capitals is never read`() {
        #expect(System(["SVC": "auth required pam_unix.so"]).findings().contains("broken SVC a service file's name has lower-case letters only"))
    }

    @Test(arguments: [
        ("auth required pam_unix.so", "account required pam_permit.so\nsession required pam_permit.so", [
            "warning svc no account line", "warning svc no session line",
        ]),
        ("auth required pam_unix.so", "account required pam_deny.so\nsession required pam_deny.so", [
            "broken svc no account line", "broken svc no session line",
        ]),
        ("account required pam_unix.so\nsession required pam_permit.so", "auth required pam_unix.so", ["broken svc no auth line"]),
    ])
    func `for a kind that is missing PAM takes the service other`(service: String, other: String, findings: [String]) {
        let found = System(["svc": service, "other": other]).findings().filter { $0.contains(" no ") }
        #expect(found == findings)
    }

    @Test func `a service of the vendor's is read where /etc has none`() {
        let system = System(["usr/lib/pam.d/svc": Examination.model.joined(separator: "\n")])
        #expect(system.findings() == [])
        system.write("etc/pam.d/svc", Examination.model.joined(separator: "\n"))
        #expect(system.findings() == ["note /usr/lib/pam.d/svc hidden by /etc/pam.d/svc"])
    }

    @Test func `without folders /etc/pam.conf is read`() throws {
        let system = System(["etc/pam.conf": Examination.model.map { "SVC " + $0 }.joined(separator: "\n") + "\nother auth required pam_deny.so"])
        for folder in ["etc/pam.d", "usr/lib/pam.d"] { try FileManager.default.removeItem(atPath: system.folder(folder)) }
        #expect(system.findings() == [])
        #expect(system.findings("svd") == ["broken svd service file is missing"])
    }

    @Test func `files that others can change let anyone in`() {
        let system = System(["svc": Examination.model.joined(separator: "\n")])
        chmod(system.folder("etc/pam.d/svc"), 0o666)
        chmod(system.folder("lib/x86_64-linux-gnu/security/pam_unix.so"), 0o757)
        #expect(system.findings() == [
            "broken svc writable by everybody, mode 666",
            "broken /lib/x86_64-linux-gnu/security/pam_unix.so writable by everybody, mode 757",
        ])
    }

    // MARK: pam_faillock

    private static let unix = "auth [success=1 default=bad] pam_unix.so"
    private static let pre = "auth required pam_faillock.so preauth silent"
    private static let fail = "auth [default=die] pam_faillock.so authfail"
    private static let succ = "auth sufficient pam_faillock.so authsucc"

    @Test(arguments: [
        ([pre, unix, fail, succ], ["note svc:2 pam_faillock counts mail logins"]),
        ([unix, fail, succ], ["warning svc:3 pam_faillock has no preauth part"]),
        ([pre, unix, fail, "auth required pam_permit.so"], ["warning svc:2 pam_faillock has neither an authsucc part nor an account line"]),
        ([pre, "auth required pam_unix.so"], ["warning svc:2 pam_faillock has no authfail part"]),
        ([pre, "auth required pam_unix.so", fail, succ], ["broken svc:4 pam_faillock counts right passwords, too"]),
        ([pre, "auth requisite pam_unix.so", "auth sufficient pam_permit.so", fail, succ], ["warning svc:5 pam_faillock is never asked to count"]),
    ])
    func `pam_faillock half configured is found`(auth: [String], findings: [String]) {
        let found = System(["svc": System.service(([System.noRoot] + auth).joined(separator: "\n"))]).findings()
        #expect(found.filter { $0.contains("pam_faillock") } == findings)
    }

    @Test func `the lines to write where pam_faillock does not count are all that it needs`() throws {
        let before = System(["svc": System.service([System.noRoot, Self.pre, "auth required pam_unix.so"].joined(separator: "\n"))])
        let finding = try #require(before.examination().findings().first { $0.what == "pam_faillock has no authfail part" })
        let lines = try #require(finding.proposal?.lines)
        let after = System(["svc": System.service(([System.noRoot, Self.pre] + lines).joined(separator: "\n"))])
        #expect(after.findings() == ["note svc:2 pam_faillock counts mail logins"])
    }

    @Test func `a missing kind of lines is one mistake`() {
        let system = System(["svc": System.noRoot + "\nauth required pam_unix.so\n", "other": System.service("auth required pam_deny.so").replacing(" uid >= 1000", with: " uid >= 0")])
        #expect(system.findings() == ["warning svc no account line", "warning svc no session line"])
    }
}
