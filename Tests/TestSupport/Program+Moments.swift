import Foundation

/// Moments in the life of a program that no clock finds: its system calls, found by strace.
extension Program {
    /// A call that a program makes.
    public struct Moment: Sendable, CustomStringConvertible {
        let call: String
        let number: Int
        let path: String?

        /// - Parameters:
        ///   - call: the name of a system call.
        ///   - number: which of them, from 1 on.
        ///   - path: counts only those about this file, where it is given.
        public init(_ call: String, _ number: Int = 1, on path: String? = nil) {
            self.call = call
            self.number = number
            self.path = path
        }

        public var description: String { "\(call) \(number)" }

        /// The command that sends a signal at that moment.
        fileprivate func tracing(_ command: [String], signal: String, log: String) -> [String] {
            ["strace", "-f", "-qq", "-o", log] + (path.map { ["-P", $0] } ?? [])
                + ["-e", "trace=\(call)", "-e", "inject=\(call):signal=\(signal):when=\(number)"] + command
        }
    }

    /// Runs it until it makes a call, which is the last that it begins, and not made.
    public func run(killedAt moment: Moment, input: [UInt8] = []) -> Outcome {
        Program(moment.tracing(command, signal: "KILL", log: "/dev/null")).run(input: input)
    }

    /// Runs it, and stops it behind a call for as long as something else is done.
    ///
    /// - Parameter body: is given its process id. It goes on when this returns.
    public func run(
        stoppedBehind moment: Moment, descriptor3: [UInt8] = [], input: [UInt8] = [], meanwhile body: (pid_t) throws -> Void
    ) throws -> Outcome {
        let folder = Folder()
        let log = folder.write("log", [])
        return try Program(moment.tracing(command, signal: "STOP", log: log)).run(descriptor3: descriptor3, input: input) {
            let pid = try Program.awaitStop(log)
            defer { kill(pid, SIGCONT) }
            try body(pid)
        }
    }

    /// Waits until strace tells that what it runs has stopped.
    private static func awaitStop(_ log: String) throws -> pid_t {
        for _ in 0..<3000 {
            let lines = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n")
            if let line = lines.first(where: { $0.contains("stopped by SIGSTOP") }), let pid = pid_t(line.prefix { $0 != " " }) {
                return pid
            }
            usleep(10_000)
        }
        throw Missed()
    }

    /// The program never came to that moment.
    private struct Missed: Error {}
}
