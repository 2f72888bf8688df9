import ArgumentParser
import CLibc
import CheckpwdCore
import StoreAdministration

struct ExportSecrets: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write every login and its secret, in clear text, to a file or standard output.",
        discussion: """
            What a format cannot say is left out and reported. Exits 0 where all was written, 1 where something was not.
            """)

    @OptionGroup var options: StoreOptions

    @Option(help: "The file's format.")
    var format = Format.jsonLines

    @Option(
        name: [.short, .long],
        help: ArgumentHelp("The file to write, mode 0600; it must not exist.", valueName: "file"), completion: .file())
    var output: String?

    @Flag(help: "Write to a terminal, too, and without a warning that it is clear text.")
    var reveal = false

    func run() throws {
        try failing { () throws(Failure) in
            if !reveal {
                guard output != nil || !Output.isTerminal else {
                    throw .misused(
                        Cause(
                            .secretsAreNotShownOnATerminal,
                            remedy: "-o writes them to a file that only you can read, --reveal shows them"))
                }
                StandardError.write(
                    [UInt8]("what is written is clear text: whoever reads it has every secret"), from: "checkpwdctl")
            }
            let keeper = options.keeper
            // Before the file is made: where the store cannot be read, there is nothing to write.
            try keeper.requireReadable()
            var file = try ClearTextFile(output.map { [UInt8]($0.utf8) })
            var text = WipedText()
            var refused = 0
            let damaged = try keeper.forEachSecret { (entry, secret) throws(Failure) in
                do throws(LineError) {
                    try format.write(ExportSecrets.entry(entry, secret), to: &text)
                } catch {
                    refused += 1
                    StandardError.write(Output.printable(entry.login.bytes) + [UInt8](": ") + error.sentence, from: "checkpwdctl")
                }
                if text.count >= 32 * 1024 { try file.write(&text) }
            }
            try file.write(&text)
            try file.finish()
            for failure in damaged { StandardError.write(failure.cause.sentence, from: "checkpwdctl") }
            guard refused + damaged.count == 0 else {
                throw .rejected(Cause(.secretsWereNotExported, about: [UInt8](decimal: refused + damaged.count)))
            }
        }
    }

    private static func entry(
        _ entry: StoredLogin, _ secret: borrowing Secret
    ) throws(LineError) -> Entry {
        var times: Entry.Times?
        if let created = entry.created, let changed = entry.changed {
            times = .init(created: created, changed: changed)
        }
        return try Entry(entry.login, secret.withUnsafeBytes { Secret(copying: $0) }, times)
    }
}

/// Where secrets are written in the clear: a new file that only its owner can read, or standard output. A file that is not
/// finished is removed.
private struct ClearTextFile: ~Copyable {
    private let descriptor: Int32
    private let path: [UInt8]?
    private var isFinished = false

    /// - Parameter path: nil for standard output.
    /// - Throws: `misused` where there is a file already; `temporary` where it cannot be made.
    init(_ path: [UInt8]?) throws(Failure) {
        self.path = path
        guard let path else {
            descriptor = 1
            return
        }
        descriptor = path.withCString { clibc_open($0, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600) }
        guard descriptor >= 0 else {
            let cause = Cause(
                .fileCannotBeCreated, about: path, errno: clibc_errno(),
                remedy: "an existing file is never replaced")
            throw clibc_errno() == EEXIST ? .misused(cause) : .temporary(cause)
        }
    }

    deinit {
        guard let path, descriptor >= 0 else { return }
        close(descriptor)
        if isFinished { return }
        _ = path.withCString { unlink($0) }
    }

    /// Writes all of the text, and wipes it.
    borrowing func write(_ text: inout WipedText) throws(Failure) {
        let errno = text.withUnsafeBytes { Output.writeAll($0, to: descriptor) }
        text.clear()
        guard errno == 0 else { throw failure(errno) }
    }

    /// Makes it durable. Until then it may vanish.
    mutating func finish() throws(Failure) {
        guard path == nil || fsync(descriptor) == 0 else { throw failure(clibc_errno()) }
        isFinished = true
    }

    private borrowing func failure(_ errno: Int32) -> Failure {
        .temporary(Cause(.clearTextCannotBeWritten, about: path ?? [UInt8]("standard output"), errno: errno))
    }
}
