import CLibc
import CheckpwdCore
import StoreAdministration

/// The way of a file's secrets into the store, batch by batch.
struct Importing: ~Copyable {
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
