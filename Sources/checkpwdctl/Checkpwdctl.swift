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

/// A command that does not exist: ArgumentParser calls it an unexpected argument, and names none that it may be.
enum UnknownCommand {
    /// - Parameter arguments: what stands behind the command's own name.
    /// - Throws: where a word stands in a command's place that is none.
    static func refuse(in arguments: ArraySlice<String>, of command: any ParsableCommand.Type, path: String = "") throws {
        let configuration = command.configuration
        let all = configuration.subcommands + configuration.groupedSubcommands.flatMap(\.subcommands)
        guard !all.isEmpty, let word = arguments.first, !word.hasPrefix("-") else { return }
        // ArgumentParser's own.
        if path.isEmpty, word == "help" {
            return try refuse(in: arguments.dropFirst().prefix { !$0.hasPrefix("-") }, of: command, path: "help")
        }
        let names = all.map { $0.configuration.commandName ?? "\($0)".lowercased() }
        let place = path == "help" ? "" : path
        if let index = names.firstIndex(of: word) {
            return try refuse(in: arguments.dropFirst(), of: all[index], path: place + word + " ")
        }
        let nearest = names.min { distance($0, word) < distance($1, word) }
        let guess = nearest.flatMap { distance($0, word) <= max($0.count, word.count) / 2 ? " Did you mean '\(place)\($0)'?" : nil } ?? ""
        throw ValidationError("Unknown command '\(place)\(word)'.\(guess)")
    }

    private static func distance(_ left: String, _ right: String) -> Int { editDistance(Array(left.utf8), Array(right.utf8)) }
}

/// Runs a command's work; a failure becomes one line on standard error, and the exit status that the manual gives for it.
func failing(_ work: () throws(Failure) -> Void) throws {
    do {
        try work()
    } catch {
        StandardError.write(error.cause.sentence, from: "checkpwdctl")
        switch error {
        case .declined, .rejected: throw ExitCode(1)
        case .misused: throw ExitCode(2)
        case .temporary: throw ExitCode(111)
        }
    }
}
