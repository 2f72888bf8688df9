import ArgumentParser
import CLibc
import CheckpwdCore
import StoreAdministration

struct ImportSecrets: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Take the secrets of a file into the store.",
        discussion: """
            Each line that is not taken is reported with its number and the reason; the others are. Exits 0 where all \
            were taken, 1 where some were not. A file that is recognizably in another format is refused as a whole, with 2.
            """)

    @OptionGroup var store: WritableStoreOptions

    @Option(help: "The file's format.")
    var format = Format.jsonLines

    @Flag(help: "Read the file and say what would become of it, but write nothing.")
    var dryRun = false

    @Flag(help: "Give a login that has a secret the file's; otherwise its line is refused.")
    var replace = false

    @Flag(help: "Let a login that has a secret keep it, without refusing its line.")
    var keep = false

    @Flag(help: "Take secrets as they are, also those that look like a hash, a locked password or further columns.")
    var literal = false

    @OptionGroup var preparation: Preparation

    @Argument(help: "The file; - for standard input.", completion: .file())
    var file: String

    func validate() throws {
        if replace, keep { throw ValidationError("--replace and --keep exclude each other.") }
    }

    func run() throws {
        try failing { () throws(Failure) in
            let input = try InputFile([UInt8](file.utf8))
            var importing = try Importing(
                into: store.keeper, existing: replace ? .replaced : keep ? .kept : .refused, isDryRun: dryRun,
                preparing: preparation.opaqueString())
            var reader = EntryReader(input.descriptor, as: format, literal: literal)
            try ImportSecrets.requireFormat(of: &reader, input.name)
            var progress = Progress(size: input.size)
            let tally = try importing.run(&reader, &progress) { line, reason in
                StandardError.write(Output.printable(input.name) + [UInt8](": line \(line): ".utf8) + reason, from: "checkpwdctl")
            }
            let verb = dryRun ? "would be imported" : "imported"
            try Output.write([UInt8]("\(tally.imported) \(verb), \(tally.kept) kept, \(tally.refused) refused".utf8))
            guard tally.refused == 0 else {
                throw .rejected(Cause(.linesWereRefused, about: [UInt8](decimal: tally.refused)))
            }
        }
    }

    /// - Throws: `misused` if the file is recognizably in another format, and `temporary` if it cannot be read.
    private static func requireFormat(of reader: inout EntryReader, _ name: [UInt8]) throws(Failure) {
        guard let kind = try Importing.read({ () throws(SystemError) in try reader.foreignKind() }) else { return }
        throw .misused(
            Cause(.fileIsInAnotherFormat, about: name + [UInt8](": ") + [UInt8](kind.name), remedy: kind.remedy))
    }
}

extension Format: ExpressibleByArgument {}
