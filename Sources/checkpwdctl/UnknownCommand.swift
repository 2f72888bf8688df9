import ArgumentParser
import CheckpwdCore

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
