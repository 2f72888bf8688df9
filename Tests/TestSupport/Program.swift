import CLibc
import Foundation

/// A program that a test runs to its end.
public struct Program {
    let command: [String]

    /// What is left of it.
    public struct Outcome: Sendable {
        /// Its exit status, or 128 plus the signal that ended it.
        public let status: Int32
        public let output: String
        public let errors: String
    }

    public init(_ command: [String]) {
        self.command = command
    }

    /// - Parameters:
    ///   - descriptor3: what it reads there; at most 64 KiB.
    ///   - input: what it reads on standard input; at most 64 KiB.
    ///   - environment: its whole environment, but for `PATH` and what steers AddressSanitizer.
    public func run(
        descriptor3: [UInt8] = [], input: [UInt8] = [], environment: [String: String] = [:]
    ) -> Outcome {
        run(descriptor3: descriptor3, input: input, environment: environment) {}
    }

    /// - Parameter body: what is done while it runs.
    public func run(
        descriptor3: [UInt8] = [], input: [UInt8] = [], environment: [String: String] = [:], meanwhile body: () throws -> Void
    ) rethrows -> Outcome {
        let output = Scratch()
        let errors = Scratch()
        let standardInput = Program.pipe(holding: input)
        let credentials = Program.pipe(holding: descriptor3)
        defer {
            close(standardInput)
            close(credentials)
        }
        var all = ["PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]
        if let options = ProcessInfo.processInfo.environment["ASAN_OPTIONS"] { all["ASAN_OPTIONS"] = options }
        all.merge(environment) { $1 }
        let argv = command.map { strdup($0) } + [nil]
        let envp = all.map { strdup("\($0)=\($1)") } + [nil]
        defer { (argv + envp).forEach { free($0) } }
        var pid: pid_t = 0
        let failed = clibc_spawn(
            &pid, argv, envp, [standardInput, output.descriptor, errors.descriptor, credentials])
        precondition(failed == 0, "cannot start \(command[0]): \(String(cString: strerror(failed)))")
        do {
            try body()
        } catch {
            kill(pid, SIGKILL)
            _ = clibc_wait(pid)
            throw error
        }
        return Outcome(status: clibc_wait(pid), output: output.text, errors: errors.text)
    }

    private static func pipe(holding bytes: [UInt8]) -> Int32 {
        var ends: [Int32] = [0, 0]
        precondition(Glibc.pipe(&ends) == 0)
        // Not inherited by a program that another test starts meanwhile, or it would keep the pipe open.
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        precondition(write(ends[1], bytes, bytes.count) == bytes.count)
        close(ends[1])
        return ends[0]
    }
}

/// A file without a name.
private final class Scratch {
    let descriptor: Int32

    init() {
        var template = Array("/tmp/pam-checkpwd-test.XXXXXX".utf8CString)
        descriptor = mkstemp(&template)
        precondition(descriptor >= 0)
        unlink(template)
    }

    deinit { close(descriptor) }

    var text: String {
        var bytes = [UInt8](repeating: 0, count: Int(lseek(descriptor, 0, SEEK_END)))
        let count = pread(descriptor, &bytes, bytes.count, 0)
        return String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
    }
}
