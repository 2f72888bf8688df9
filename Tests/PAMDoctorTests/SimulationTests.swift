@testable import PAMDoctor
import TestSupport
import Testing

/// The simulation against the system's libpam: the same files, the same answer.
@Suite(.serialized, .enabled(if: Stage.isSet, "libpam writes to the log: run by Tests/Stage/private-etc"))
struct SimulationTests {
    /// Service files, and what they are about. `a` and `b` are files that they take in.
    static let table: [(about: String, service: String, a: String, b: String)] = [
        ("a module that is content", "auth required pam_permit.so", "", ""),
        ("a module that is not", "auth required pam_deny.so", "", ""),
        ("required goes on", "auth required pam_debug.so auth=maxtries\nauth required pam_debug.so auth=user_unknown", "", ""),
        ("requisite does not", "auth requisite pam_debug.so auth=maxtries\nauth required pam_permit.so", "", ""),
        ("sufficient ends", "auth sufficient pam_permit.so\nauth required pam_deny.so", "", ""),
        ("sufficient after a failure does not", "auth required pam_deny.so\nauth sufficient pam_permit.so\nauth required pam_permit.so", "", ""),
        ("sufficient alone that fails", "auth sufficient pam_deny.so", "", ""),
        ("optional alone", "auth optional pam_debug.so auth=perm_denied", "", ""),
        ("optional alone that is content", "auth optional pam_permit.so", "", ""),
        ("only ignore", "auth required pam_debug.so auth=ignore", "", ""),
        ("ok overrides success", "auth required pam_permit.so\nauth [default=ok] pam_debug.so auth=acct_expired\nauth required pam_permit.so", "", ""),
        ("new_authtok_reqd is ok", "auth required pam_debug.so auth=new_authtok_reqd\nauth required pam_permit.so", "", ""),
        ("bad ignore", "auth [default=bad] pam_debug.so auth=ignore", "", ""),
        ("done with a failure", "auth [default=done] pam_debug.so auth=auth_err\nauth required pam_permit.so", "", ""),
        ("Debian's", "auth [success=1 default=ignore] pam_debug.so auth=authinfo_unavail\nauth requisite pam_deny.so\nauth required pam_permit.so", "", ""),
        ("Debian's, content", "auth [success=1 default=ignore] pam_permit.so\nauth requisite pam_deny.so\nauth required pam_permit.so", "", ""),
        ("ours", "auth [success=1 ignore=ignore default=die] pam_debug.so auth=authinfo_unavail\nauth requisite pam_deny.so\nauth required pam_permit.so", "", ""),
        ("a jump to the end", "auth required pam_permit.so\nauth [success=1] pam_permit.so\nauth required pam_deny.so", "", ""),
        ("a jump too far", "auth required pam_permit.so\nauth [success=2] pam_permit.so\nauth required pam_deny.so", "", ""),
        ("a jump over a substack", "auth required pam_permit.so\nauth [success=1] pam_permit.so\nauth substack a\nauth required pam_permit.so", "auth required pam_deny.so\nauth required pam_deny.so", ""),
        ("a jump over an include", "auth required pam_permit.so\nauth [success=1] pam_permit.so\nauth include a\nauth required pam_permit.so", "auth required pam_permit.so\nauth required pam_deny.so", ""),
        ("a jump out of a substack", "auth substack a\nauth required pam_permit.so", "auth [success=1] pam_permit.so", ""),
        ("die in a substack", "auth substack a\nauth required pam_permit.so", "auth requisite pam_deny.so\nauth required pam_debug.so auth=maxtries", ""),
        ("done in a substack", "auth substack a\nauth required pam_deny.so", "auth sufficient pam_permit.so\nauth required pam_deny.so", ""),
        ("done in an include", "auth include a\nauth required pam_deny.so", "auth sufficient pam_permit.so\nauth required pam_deny.so", ""),
        ("reset", "auth required pam_deny.so\nauth [default=reset] pam_permit.so\nauth required pam_permit.so", "", ""),
        ("reset in a substack", "auth required pam_permit.so\nauth substack a", "auth required pam_deny.so\nauth [default=reset] pam_permit.so", ""),
        ("a substack in a substack", "auth substack a\nauth required pam_permit.so", "auth required pam_permit.so\nauth substack b\nauth required pam_permit.so", "auth requisite pam_deny.so"),
        ("a missing module", "auth required pam_missing.so", "", ""),
        ("one that may be missing", "-auth optional pam_missing.so\nauth required pam_permit.so", "", ""),
        ("a required one that may be missing", "-auth required pam_missing.so\nauth required pam_permit.so", "", ""),
        ("a missing include", "auth include missing\nauth required pam_permit.so", "", ""),
        ("a missing substack", "auth substack missing\nauth required pam_permit.so", "", ""),
        ("a missing @include", "@include missing\nauth required pam_permit.so", "", ""),
        ("@include", "@include a\nauth required pam_permit.so", "auth sufficient pam_permit.so\naccount required pam_deny.so", ""),
        ("@INCLUDE in capitals", "@INCLUDE simulated-a\nauth required pam_permit.so", "auth required pam_deny.so", ""),
        ("@include in an include", "auth include a\nauth required pam_permit.so", "@include b", "auth required pam_debug.so auth=maxtries\naccount required pam_permit.so"),
        ("a missing @include in an include", "auth include a\nauth required pam_permit.so", "@include missing", ""),
        ("a missing @include in an @include", "@include a\nauth required pam_permit.so", "@include missing", ""),
        ("another kind in an include", "auth include a\nauth required pam_permit.so", "account required pam_deny.so", ""),
        ("an illegal kind", "auht required pam_permit.so\nauth required pam_permit.so", "", ""),
        ("an illegal kind, optional", "auht optional pam_permit.so\nauth required pam_permit.so", "", ""),
        ("an illegal kind in an include", "auth include a\nauth required pam_permit.so", "bogus required pam_permit.so", ""),
        ("an illegal control", "auth require pam_permit.so\nauth required pam_permit.so", "", ""),
        ("an illegal value", "auth [sucess=ok] pam_permit.so\nauth required pam_permit.so", "", ""),
        ("an illegal action", "auth [success=okay] pam_permit.so\nauth required pam_permit.so", "", ""),
        ("a jump over none", "auth [success=0] pam_permit.so\nauth required pam_permit.so", "", ""),
        ("pairs without brackets", "auth success=ok pam_permit.so\nauth required pam_permit.so", "", ""),
        ("pairs without blanks", "auth [success=okdefault=die] pam_permit.so", "", ""),
        ("blanks in pairs", "auth [ success = ok  default = die ] pam_permit.so", "", ""),
        ("default first", "auth [default=ignore success=ok] pam_permit.so", "", ""),
        ("default twice", "auth [default=ignore default=bad] pam_deny.so\nauth required pam_permit.so", "", ""),
        ("brackets without a blank behind", "auth [default=ok]pam_permit.so", "", ""),
        ("no control", "auth\nauth required pam_permit.so", "", ""),
        ("no module", "auth required\nauth required pam_permit.so", "", ""),
        ("no module, optional", "auth optional\nauth required pam_permit.so", "", ""),
        ("capitals", "AUTH Required pam_permit.so", "", ""),
        ("continued", "auth \\\n required \\\n\n # nothing\n pam_permit.so", "", ""),
        ("continued behind a comment", "auth required pam_permit.so # \\\nauth required pam_deny.so", "", ""),
        ("a backslash before a comment", "auth required pam_permit.so \\ # x\nauth required pam_deny.so", "", ""),
        ("a backslash and blanks", "auth required \\  \n pam_permit.so", "", ""),
        ("continued for ever", "auth required pam_permit.so\nauth required pam_deny.so \\", "", ""),
        ("continued for ever in an include", "auth include a\nauth required pam_permit.so", "auth required pam_permit.so \\", ""),
        ("an argument in brackets", "auth required pam_debug.so [auth=maxtries]", "", ""),
        ("a carriage return", "auth required pam_permit.so\r\nauth required pam_permit.so", "", ""),
        ("incomplete", "auth required pam_debug.so auth=conv_again\nauth required pam_permit.so", "", ""),
    ]

    @Test(arguments: table)
    func `a stack returns what libpam returns`(about: String, service: String, a: String, b: String) {
        Self.expectSame(["service": service, "a": a, "b": b], about)
    }

    /// The files are called `simulated-service` and so on in /etc/pam.d, and so where they are taken in.
    private static func expectSame(_ files: [String: String], _ about: String) {
        for (name, text) in files {
            var text = text
            for name in ["a", "b"] {
                for word in ["include", "substack"] {
                    text = text.replacing("\(word) \(name)\n", with: "\(word) simulated-\(name)\n")
                    if text.hasSuffix("\(word) \(name)") { text = text.dropLast() + "simulated-\(name)" }
                }
            }
            Stage.write("/etc/pam.d/simulated-\(name)", text + "\n")
        }
        let real = RealPAM.walk("simulated-service")
        let ours = RealPAM.simulate("simulated-service")
        #expect(ours.authenticate == real.authenticate, "\(about): pam_authenticate\n\(files)")
        #expect(ours.setcred == real.setcred, "\(about): pam_setcred\n\(files)")
    }

    @Test func `so do stacks by chance`() {
        var dice = Dice(state: 0x5EED)
        for round in 1...600 {
            let files = ["service": dice.file(["a", "b"]), "a": dice.file(["b"]), "b": dice.file([])]
            Self.expectSame(files, "round \(round)")
        }
    }
}

/// Files by chance, the same each time.
private struct Dice {
    var state: UInt64

    /// Steele and Vigna's SplitMix64.
    mutating func roll(_ sides: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((bits ^ (bits >> 31)) % UInt64(sides))
    }

    mutating func one<Element>(of choices: [Element]) -> Element { choices[roll(choices.count)] }

    /// incomplete is for modules that come back, and none here does.
    mutating func answer() -> String {
        roll(3) == 0 ? one(of: ReturnValue.allCases.filter { $0 != .incomplete }).rawValue : one(of: ["success", "success", "auth_err", "ignore"])
    }

    mutating func action() -> String {
        one(of: ["ok", "done", "bad", "die", "ignore", "reset", "1", "1", "2", "3"])
    }

    mutating func control() -> String {
        if roll(2) == 0 { return one(of: ["required", "requisite", "sufficient", "optional"]) }
        let pairs = (0...roll(3)).map { _ in "\(one(of: ["default", answer(), "success"]))=\(action())" }
        return "[\(pairs.joined(separator: " "))]"
    }

    mutating func file(_ others: [String]) -> String {
        (0...roll(6)).map { _ in
            if !others.isEmpty, roll(3) == 0 {
                return one(of: ["auth include ", "auth substack ", "auth substack ", "@include "]) + one(of: others)
            }
            let module = one(of: [
                "pam_permit.so", "pam_deny.so", "pam_missing.so", "pam_debug.so auth=\(answer()) cred=\(answer())",
                "pam_debug.so auth=\(answer()) cred=\(answer())",
            ])
            return "auth \(control()) \(module)"
        }.joined(separator: "\n")
    }
}
