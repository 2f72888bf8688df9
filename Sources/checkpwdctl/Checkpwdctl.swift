import ArgumentParser
import CLibc
import CheckpwdCore

@main
struct Checkpwdctl: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "checkpwdctl",
        abstract: "Keeps pam-checkpwd's side store, examines its PAM service, and tries a mail server.",
        discussion: """
            The side store has the clear-text secrets that CRAM-MD5 and APOP need. To begin with:

              checkpwdctl doctor                 what is wrong with the PAM service?
              checkpwdctl store init             make a store
              checkpwdctl secret set alice       give alice a secret
              checkpwdctl probe mail.example.com --starttls --login alice
                                                 does the mail server let alice in?
            """,
        version: "checkpwdctl \(Release.version)",
        subcommands: [SecretCommand.self, StoreCommand.self, Respond.self, ProbeServer.self, DoctorCommand.self],
        groupedSubcommands: [
            CommandGroup(
                name: "Short",
                subcommands: [InitStore.self, SetSecret.self, DeleteSecret.self, ListSecrets.self])
        ])

    /// A login is bytes, but arguments come as text: one that is not UTF-8 would silently become another.
    private static func requireUTF8() throws(Failure) {
        for index in 1..<max(Int(CommandLine.argc), 1) {
            guard let argument = CommandLine.unsafeArgv[index], String(validatingCString: argument) == nil else { continue }
            throw .misused(Cause(.argumentIsNotUTF8, about: [UInt8](cString: argument)))
        }
    }

    static func main() {
        // Before the first secret is read, and before any file could be opened where messages go.
        guard clibc_forbid_dumps() == 0, clibc_occupy_standard_descriptors() == 0 else {
            Checkpwdctl.exit(withError: ExitCode(111))
        }
        do {
            try failing { () throws(Failure) in try requireUTF8() }
            try UnknownCommand.refuse(in: CommandLine.arguments.dropFirst(), of: Checkpwdctl.self)
        } catch {
            exit(withError: error)
        }
        main(nil)
    }
}
