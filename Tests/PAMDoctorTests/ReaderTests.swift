@testable import PAMDoctor
import TestSupport
import Testing

@Suite struct ReaderTests {
    private func configuration(_ files: [String: String]) -> Configuration {
        let system = System(files)
        return withExtendedLifetime(system) { Configuration(of: "svc", in: system.tree)! }
    }

    @Test func `a line is read to its last argument`() throws {
        let step = try #require(
            configuration(["svc": "-auth [success=1 default=ignore] /lib/security/pam_x.so a=b [c d]"])[.auth].first)
        #expect(step.module == Module("/lib/security/pam_x.so", ["a=b", "c d"], mayBeMissing: true))
        #expect(step.module?.name == "pam_x")
        #expect(step.control[.success] == .jump(1))
    }

    @Test func `steps know the lines that lead to them`() throws {
        let read = configuration([
            "svc": "# x\nauth substack one\n@include two", "one": "auth include two\naccount required pam_deny.so",
            "two": "\nauth required pam_permit.so\nsession required pam_permit.so",
        ])
        #expect(read[.auth].map { "\($0.level) \($0.route.map(\.text).joined(separator: " "))" } == [
            "0 /etc/pam.d/svc:2",
            "1 /etc/pam.d/svc:2 /etc/pam.d/one:1 /etc/pam.d/two:2",
            "0 /etc/pam.d/svc:3 /etc/pam.d/two:2",
        ])
        #expect(read[.account].isEmpty)
        #expect(read[.session].count == 1)
        #expect(read.files == ["/etc/pam.d/svc", "/etc/pam.d/one", "/etc/pam.d/two"])
        #expect(read.findings.isEmpty && read.givesUp == nil)
    }

    @Test(arguments: [
        ("auht required pam_unix.so", "'auht' is no kind of line", ["auth required pam_unix.so"]),
        ("include common-auth", "'include' is no kind of line", ["@include common-auth"]),
        ("auth requird pam_unix.so x", "bad control 'requird': 'requird' is no return value", ["auth required pam_unix.so x"]),
        ("auth [success=ok defalt=bad] pam_unix.so", "bad control '[success=ok defalt=bad]': 'defalt' is no return value", []),
        ("auth", "no control and no module", []),
        ("auth required", "no module", []),
        ("auth include", "'include' names no file", []),
        ("@include", "'@include' names no file", []),
        ("auth include gone", "file to be taken in is missing: gone", []),
        ("@include gone", "file to be taken in is missing: gone", []),
        ("auth include svc", "file takes itself in: /etc/pam.d/svc", []),
        ("auth required pam_unix.so [a b", "'[' without ']'", []),
        ("auth required pam_unix.so\u{A0}x", "bytes that are not ASCII", []),
        ("auth required pam_unix.so\r", "line ends in a carriage return", []),
        ("auth required pam_\0unix.so", "NUL byte", []),
        ("auth required pam_unix.so \\", "the file ends in a line that a backslash continues", []),
    ])
    func `a line that PAM cannot use is found`(line: String, what: String, remedy: [String]) throws {
        let finding = try #require(configuration(["svc": "# one\n" + line]).findings.first)
        #expect(finding.what == what)
        #expect(finding.place == Place("/etc/pam.d/svc", 2))
        #expect(finding.proposal?.lines ?? [] == remedy)
    }

    @Test(arguments: ["auth include svc", "auth substack a", "auth include b\nauth include b\nauth include b"])
    func `files that take in each other come to an end`(line: String) {
        var files = ["svc": line, "a": "auth substack svc\nauth substack a"]
        // 3 to the 12th files.
        for number in UInt8(ascii: "b")...UInt8(ascii: "m") {
            let next = String(UnicodeScalar(number + 1))
            files[String(UnicodeScalar(number))] = "auth include \(next)\nauth include \(next)\nauth include \(next)"
        }
        #expect(!configuration(files).findings.isEmpty)
    }
}
