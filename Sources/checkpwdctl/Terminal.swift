import ByteStrings
import CPlatform
import Credentials
import Glibc
import Verdicts

/// The terminal of whoever runs the command, for questions whose answer is not to be seen.
struct Terminal: ~Copyable {
    private let descriptor: Int32

    /// - Throws: `misused` where there is no terminal.
    init(remedy: StaticString = "use --stdin in scripts") throws(Failure) {
        let opened = cplatform_open("/dev/tty", O_RDWR | O_NOCTTY, 0)
        guard opened >= 0 else {
            throw .misused(Cause("no terminal for the secret", remedy: remedy))
        }
        descriptor = opened
    }

    deinit {
        close(descriptor)
    }

    /// Asks, with echo off, for one line.
    ///
    /// - Throws: `misused` where the line is too long, or the question is interrupted; the echo is on again then.
    func ask(_ prompt: StaticString) throws(Failure) -> Secret {
        var settings = termios()
        guard tcgetattr(descriptor, &settings) == 0 else {
            throw .temporary(Cause("terminal cannot be set", errno: cplatform_errno()))
        }
        var silent = settings
        silent.c_lflag &= ~tcflag_t(ECHO)
        let interruptions = Interruptions()
        // TCSAFLUSH: what was typed before the question, and so with echo, is not its answer. The question comes after, for
        // somebody who answers at once.
        guard tcsetattr(descriptor, TCSAFLUSH, &silent) == 0 else {
            interruptions.end()
            throw .temporary(Cause("terminal cannot be set", errno: cplatform_errno()))
        }
        say(prompt)
        defer {
            tcsetattr(descriptor, TCSAFLUSH, &settings)
            say("\n")
            interruptions.end()
        }
        // Room for the line ending, and for one byte that is too much.
        return try Secret(capacity: SecretSource.limit + 2) { (buffer) throws(Failure) in
            let got = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            guard got >= 0 else { throw .misused(Cause("interrupted", remedy: "nothing was changed")) }
            return got
        }
    }

    /// Shows a secret, on a line of its own.
    func show(_ secret: borrowing Secret) {
        _ = secret.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        say("\n")
    }

    private func say(_ text: StaticString) {
        _ = Glibc.write(descriptor, text.utf8Start, text.utf8CodeUnitCount)
    }
}

/// While it lasts, a signal that would end the program ends the reading instead, so that the echo comes back first.
private struct Interruptions {
    private var before: [(signal: Int32, action: sigaction)] = []

    init() {
        for signal in [SIGINT, SIGTERM, SIGHUP, SIGQUIT] {
            var action = sigaction()
            // Without SA_RESTART, read(2) returns EINTR.
            action.__sigaction_handler.sa_handler = { _ in }
            var old = sigaction()
            sigaction(signal, &action, &old)
            before.append((signal, old))
        }
    }

    func end() {
        for (signal, action) in before {
            var action = action
            sigaction(signal, &action, nil)
        }
    }
}
