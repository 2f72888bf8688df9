import ArgumentParser
import CPlatform
import Verdicts

@main
struct Checkpwdctl: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "checkpwdctl",
        abstract: "Keeps the side store of pam-checkpwd: the clear-text secrets that CRAM-MD5 and APOP need.",
        version: "checkpwdctl \(Release.version)",
        subcommands: [Init.self, Set.self, Delete.self, List.self, Respond.self])

    static func main() {
        // Before the first secret is read, and before any file could be opened where messages go.
        guard cplatform_forbid_dumps() == 0, cplatform_occupy_standard_descriptors() == 0 else {
            Checkpwdctl.exit(withError: ExitCode(111))
        }
        main(nil)
    }
}
