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

/// The way of a file's secrets into the store, batch by batch.
private struct Importing: ~Copyable {
    /// What becomes of a login that has a secret already.
    enum Existing {
        /// Its line is refused.
        case refused
        case kept
        case replaced
    }

    struct Tally {
        var imported = 0
        var kept = 0
        var refused = 0
    }

    private let keeper: StoreKeeper
    private let existing: Existing
    private let opaque: OpaqueString?
    /// Where nothing is to be written: the logins that have a secret, or would have.
    private var known: Set<[UInt8]>?

    private var batch = Batch()
    /// The lines of the batch's entries.
    private var lines: [Int] = []
    private var tally = Tally()

    /// One transaction each: large enough that the disk is waited for rarely, small enough that other writers get a turn.
    private static let batchSize = 10_000

    /// - Parameters:
    ///   - isDryRun: whether nothing is written.
    ///   - opaque: what prepares secrets, if any.
    init(into keeper: StoreKeeper, existing: Existing, isDryRun: Bool, preparing opaque: OpaqueString?) throws(Failure)
    {
        self.keeper = keeper
        self.existing = existing
        self.opaque = opaque
        // Read in any case: a store that cannot be is better known before the first line.
        if isDryRun {
            known = Set(try keeper.entries().map(\.login.bytes))
        } else {
            try keeper.requireReadable()
            known = nil
        }
    }

    /// Reads to the end.
    ///
    /// - Parameter refused: told of each line that is not taken, and why.
    /// - Returns: how many were taken and how many not; all of it is on disk.
    mutating func run(
        _ reader: inout EntryReader, _ progress: inout Progress, refused: (Int, [UInt8]) -> Void
    ) throws(Failure) -> Tally {
        while let item = try Importing.read({ () throws(SystemError) in try reader.next() }) {
            switch item {
            case .refused(let refusal, let line): refuse(line, refusal.sentence, &progress, refused)
            case .entry(let entry, let line): try take(entry, line, &progress, refused)
            }
            if batch.count == Importing.batchSize { try flush(&progress, refused) }
            progress.advance(to: reader.position, lines: tally.imported + tally.kept + tally.refused + batch.count)
        }
        try flush(&progress, refused)
        progress.clear()
        return tally
    }

    /// Reads from the file.
    ///
    /// - Throws: `temporary` if it cannot be read.
    static func read<Result>(_ body: () throws(SystemError) -> Result) throws(Failure) -> Result {
        do throws(SystemError) {
            return try body()
        } catch {
            throw .temporary(Cause(.fileCannotBeReadToItsEnd, errno: error.errno))
        }
    }

    private mutating func take(
        _ entry: Entry, _ line: Int, _ progress: inout Progress, _ refused: (Int, [UInt8]) -> Void
    ) throws(Failure) {
        let (login, times) = (entry.login, entry.times)
        guard let opaque else {
            return try entry.secret.withUnsafeBytes { (secret) throws(Failure) in
                try batch.add(secret, of: login, created: times?.created, changed: times?.changed)
                lines.append(line)
            }
        }
        let prepared: Secret
        do throws(Unprepared) {
            prepared = try opaque.prepare(entry.secret)
        } catch {
            return refuse(line, [UInt8](error.reason.words), &progress, refused)
        }
        try prepared.withUnsafeBytes { (secret) throws(Failure) in
            try batch.add(secret, of: login, created: times?.created, changed: times?.changed)
        }
        lines.append(line)
    }

    private mutating func refuse(
        _ line: Int, _ reason: [UInt8], _ progress: inout Progress, _ refused: (Int, [UInt8]) -> Void
    ) {
        progress.clear()
        refused(line, reason)
        tally.refused += 1
    }

    private mutating func flush(_ progress: inout Progress, _ refused: (Int, [UInt8]) -> Void) throws(Failure) {
        guard batch.count > 0 else { return }
        let kept = try write()
        tally.imported += batch.count - kept.count
        for place in kept {
            if existing == .kept {
                tally.kept += 1
            } else {
                refuse(lines[place], [UInt8]("login has a secret already"), &progress, refused)
            }
        }
        batch.removeAll()
        lines.removeAll(keepingCapacity: true)
    }

    /// - Returns: the places of those whose login has a secret, and keeps it.
    private mutating func write() throws(Failure) -> [Int] {
        guard known != nil else {
            return try keeper.write(batch, now: Timestamp.now, keepsExisting: existing != .replaced)
        }
        return batch.logins.enumerated().compactMap { place, login in
            let isNew = known!.insert(login.bytes).inserted
            return isNew || existing == .replaced ? nil : place
        }
    }
}

/// A file that is read, or standard input.
private struct InputFile: ~Copyable {
    let descriptor: Int32
    /// As it is called in messages.
    let name: [UInt8]
    /// In bytes; nil where that cannot be known before its end.
    let size: Int?

    /// - Parameter path: `-` for standard input.
    /// - Throws: `misused` where it cannot be opened. Where others can read it, that is said: it holds secrets.
    init(_ path: [UInt8]) throws(Failure) {
        let isStandardInput = path == "-"
        name = isStandardInput ? [UInt8]("standard input") : path
        descriptor = isStandardInput ? 0 : path.withCString { clibc_open($0, O_RDONLY, 0) }
        var status = stat()
        guard descriptor >= 0, fstat(descriptor, &status) == 0 else {
            throw .misused(Cause(.fileCannotBeRead, about: name, errno: clibc_errno()))
        }
        let isRegular = status.st_mode & mode_t(S_IFMT) == mode_t(S_IFREG)
        size = isRegular ? status.st_size : nil
        if isRegular, status.st_mode & 0o077 != 0 {
            StandardError.write(Output.printable(name) + [UInt8](": others than its owner can read this file"), from: "checkpwdctl")
        }
    }

    deinit {
        if descriptor > 0 { close(descriptor) }
    }
}
