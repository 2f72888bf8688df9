import Foundation
import TestSupport
import Testing

/// What the manual pages say of themselves and of the programs.
@Suite struct ManualTests {
    @Test(arguments: ["pam-checkpwd.8", "checkpwdctl.8", "smtp-auth.8"])
    func `a manual page is good mdoc`(page: String) {
        let outcome = Program(["mandoc", "-Tlint", "-Wwarning", Stage.repository("docs/\(page)")]).run()
        #expect(outcome.output == "")
        #expect(outcome.status == 0)
    }

    /// Options as `--help` prints them, and as the manual has them: `Fl Fl noenv`.
    @Test(arguments: [
        (Stage.pamCheckpwd, [], "pam-checkpwd.8"), (Stage.smtpAuth, [], "smtp-auth.8"),
        (Stage.checkpwdctl, ["respond"], "checkpwdctl.8"),
    ] + ["set", "delete", "rename", "list", "show", "verify"].map { (Stage.checkpwdctl, ["secret", $0], "checkpwdctl.8") }
        + ["init", "check", "stat", "rekey", "backup", "restore"].map { (Stage.checkpwdctl, ["store", $0], "checkpwdctl.8") })
    func `every option that a program has is in its manual page`(
        program: String, command: [String], page: String
    ) throws {
        let help = Program([program] + command + ["--help"]).run().output
        let manual = try String(contentsOfFile: Stage.repository("docs/\(page)"), encoding: .utf8)
        let options = help.split { !$0.isLetter && $0 != "-" }.filter { $0.hasPrefix("--") && $0.count > 2 }
        #expect(!options.isEmpty)
        for option in options { #expect(manual.contains("Fl Fl \(option.dropFirst(2))"), "\(option)") }
    }
}
