import CLibc
import CheckpwdCore
import Glibc

/// The terminal of whoever runs the command, for questions whose answer is not to be seen.
struct Terminal: ~Copyable {
    private let descriptor: Int32

    /// - Throws: `misused` where there is no terminal.
    init(remedy: StaticString = "use --stdin in scripts") throws(Failure) {
        let opened = clibc_open("/dev/tty", O_RDWR | O_NOCTTY, 0)
        guard opened >= 0 else {
            throw .misused(Cause(.noTerminalForTheSecret, remedy: remedy))
        }
        descriptor = opened
    }

    deinit {
        close(descriptor)
    }

    /// Asks, with echo off, for one line. Who stops the program is asked anew when it goes on.
    ///
    /// - Throws: `misused` where the line is too long, or the question is interrupted; the echo is on again then.
    func ask(_ prompt: StaticString) throws(Failure) -> Secret {
        while true {
            if let secret = try answer(prompt) { return secret }
            raise(SIGTSTP)
        }
    }

    /// - Returns: nil where the program is to stop; the echo is on again then, too.
    private func answer(_ prompt: StaticString) throws(Failure) -> Secret? {
        var settings = termios()
        guard tcgetattr(descriptor, &settings) == 0 else { throw unset }
        var silent = settings
        silent.c_lflag &= ~tcflag_t(ECHO)
        let interruptions = Interruptions()
        defer { interruptions.end() }
        // TCSAFLUSH: what was typed before the question, and so with echo, is not its answer. The question comes after, for
        // somebody who answers at once.
        guard tcsetattr(descriptor, TCSAFLUSH, &silent) == 0 else { throw unset }
        try? say(prompt)
        defer {
            tcsetattr(descriptor, TCSAFLUSH, &settings)
            try? say("\n")
        }
        do throws(Interruption) {
            // Room for the line ending, and for one byte that is too much.
            return try Secret(capacity: SecretSource.limit + 2) { (buffer) throws(Interruption) in
                guard interruptions.awaitInput(descriptor) else { throw Interruption() }
                let got = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
                guard got >= 0 else { throw Interruption() }
                return got
            }
        } catch {
            if Interruptions.last == SIGTSTP { return nil }
            throw .misused(Cause(.interrupted, remedy: "nothing was changed"))
        }
    }

    private struct Interruption: Error {}

    private var unset: Failure { .temporary(Cause(.terminalCannotBeSet, errno: clibc_errno())) }

    /// Shows a secret, on a line of its own.
    func show(_ secret: borrowing Secret) throws(Failure) {
        try secret.withUnsafeBytes { (secret) throws(Failure) in try write(secret) }
        try say("\n")
    }

    private func say(_ text: StaticString) throws(Failure) {
        try write(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    private func write(_ bytes: UnsafeRawBufferPointer) throws(Failure) {
        guard Glibc.write(descriptor, bytes.baseAddress, bytes.count) == bytes.count else {
            throw .temporary(Cause(.terminalCannotBeWritten, errno: clibc_errno()))
        }
    }
}

/// While it lasts, a signal that would end or stop the program ends the waiting instead, so that the echo comes back first.
private struct Interruptions {
    private var before: [(signal: Int32, action: sigaction)] = []
    private var mask = sigset_t()

    /// The signal that came; 0 for none. Written by the signal's handler, on the only thread.
    nonisolated(unsafe) private(set) static var last: Int32 = 0

    init() {
        Interruptions.last = 0
        var signals = sigset_t()
        sigemptyset(&signals)
        for signal in [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP] {
            sigaddset(&signals, signal)
            var action = sigaction()
            action.__sigaction_handler.sa_handler = {
                // To be ended counts more than to be stopped.
                if Interruptions.last == 0 || Interruptions.last == SIGTSTP { Interruptions.last = $0 }
            }
            var old = sigaction()
            sigaction(signal, &action, &old)
            before.append((signal, old))
        }
        // Held back but for the waiting, or one that comes just before it would be lost.
        sigprocmask(SIG_BLOCK, &signals, &mask)
    }

    /// - Returns: whether there is input; otherwise a signal came.
    func awaitInput(_ descriptor: Int32) -> Bool {
        var awaited = fd_set()
        // FD_SET, a macro: bits in words of C's `long`.
        withUnsafeMutableBytes(of: &awaited) {
            $0.bindMemory(to: Int.self)[Int(descriptor) / Int.bitWidth] |= 1 << (Int(descriptor) % Int.bitWidth)
        }
        var open = mask
        for (signal, _) in before { sigdelset(&open, signal) }
        return pselect(descriptor + 1, &awaited, nil, nil, nil, &open) > 0
    }

    func end() {
        for (signal, action) in before {
            var action = action
            sigaction(signal, &action, nil)
        }
        var mask = mask
        sigprocmask(SIG_SETMASK, &mask, nil)
    }
}

/// How far a long work has come, on standard error where that is a terminal:
///
///     [############        ]  61 %  1220000 lines, 61000 a second, 0:13 left
struct Progress {
    private let isShown = isatty(2) == 1
    private let size: Int?
    private let start = Progress.milliseconds
    private var shown = 0
    private var isVisible = false
    private var calls = 0

    /// - Parameter size: that of the whole work, in bytes; nil where it is unknown.
    init(size: Int?) {
        self.size = size
    }

    /// Says it anew, a few times in a second.
    mutating func advance(to position: Int, lines: Int) {
        calls += 1
        guard isShown, calls & 255 == 0 else { return }
        let elapsed = Progress.milliseconds - start
        guard elapsed - shown >= 200 else { return }
        shown = elapsed
        isVisible = true
        write("\r\(Progress.line(position, of: size, lines: lines, milliseconds: elapsed))\u{1B}[K")
    }

    /// Takes it off the terminal: something else is to be written, or the work is done.
    mutating func clear() {
        guard isVisible else { return }
        isVisible = false
        write("\r\u{1B}[K")
    }

    static func line(_ position: Int, of size: Int?, lines: Int, milliseconds: Int) -> String {
        let rate = lines * 1000 / max(milliseconds, 1)
        let speed = "\(lines) lines, \(rate) a second"
        guard let size, size > 0, position > 0 else { return speed }
        let done = min(Double(position) / Double(size), 1)
        let bar = String(repeating: "#", count: Int(done * 20))
        let percent = "\(Int(done * 100))"
        let left = Int(Double(milliseconds) * (1 - done) / done / 1000)
        let seconds = left % 60
        return "[\(bar)\(String(repeating: " ", count: 20 - bar.count))] "
            + "\(String(repeating: " ", count: 3 - percent.count))\(percent) %  \(speed), "
            + "\(left / 60):\(seconds < 10 ? "0" : "")\(seconds) left"
    }

    private func write(_ text: String) {
        let bytes = Array(text.utf8)
        clibc_write_error(bytes, bytes.count)
    }

    private static var milliseconds: Int {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        return now.tv_sec * 1000 + now.tv_nsec / 1_000_000
    }
}
