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

    private static let checkpwdctl =
        [["respond"], ["probe"], ["doctor"]]
        + ["set", "delete", "rename", "list", "show", "verify", "generate", "import", "export"].map { ["secret", $0] }
        + ["init", "check", "stat", "rekey", "backup", "restore"].map { ["store", $0] }

    /// Options as `--help` prints them, and as the manual has them: `Fl Fl noenv`.
    @Test(arguments: [(Stage.pamCheckpwd, [], "pam-checkpwd.8"), (Stage.smtpAuth, [], "smtp-auth.8")]
        + checkpwdctl.map { (Stage.checkpwdctl, $0, "checkpwdctl.8") })
    func `every option that a program has is in its manual page`(
        program: String, command: [String], page: String
    ) throws {
        let manual = try String(contentsOfFile: Stage.repository("docs/\(page)"), encoding: .utf8)
        let options = Self.options(of: program, command)
        #expect(!options.isEmpty)
        for option in options { #expect(manual.contains("Fl Fl \(option)"), "\(option)") }
    }

    /// A command's lines begin with `.Nm` and its words: `.Cm secret Cm set`.
    @Test(arguments: checkpwdctl)
    func `the synopsis has each command with the options that it has, and no others`(command: [String]) throws {
        let manual = try String(contentsOfFile: Stage.repository("docs/checkpwdctl.8"), encoding: .utf8)
        let synopsis = try #require(manual.firstMatch(of: #/\.Sh SYNOPSIS\n((?s).*?)\.Sh/#)?.1)
        let name = ".Cm " + command.joined(separator: " Cm ")
        let lines = try #require(
            synopsis.split(separator: ".Nm\n").first { $0.hasPrefix(name + "\n") }, "\(command) is not there")
        var written = Set(lines.matches(of: /Fl Fl ([a-z-]+)/).map { String($0.1) })
        if lines.contains(".Op Ar options\n") { written.formUnion(["store", "store-key"]) }
        #expect(written == Self.options(of: Stage.checkpwdctl, command).subtracting(["help", "version"]))
    }

    /// The long options that `--help` prints.
    private static func options(of program: String, _ command: [String]) -> Set<String> {
        let help = Program([program] + command + ["--help"]).run().output
        let words = help.split { !$0.isLetter && $0 != "-" }
        return Set(words.filter { $0.hasPrefix("--") && $0.count > 2 }.map { String($0.dropFirst(2)) })
    }
}
