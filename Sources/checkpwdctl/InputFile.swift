import CLibc
import CheckpwdCore

/// A file that is read, or standard input.
struct InputFile: ~Copyable {
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
