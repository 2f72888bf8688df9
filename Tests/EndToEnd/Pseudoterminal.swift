import TestSupport

/// Runs a command on a terminal of its own.
enum Pseudoterminal {
    /// - Returns: what the terminal showed.
    static func run(_ command: [String]) -> String {
        let script = """
            import os, pty, signal, sys
            signal.alarm(60)
            pid, terminal = pty.fork()
            if pid == 0:
                os.execv(sys.argv[1], sys.argv[1:])
            while True:
                try:
                    more = os.read(terminal, 65536)
                except OSError:
                    break
                if not more:
                    break
                sys.stdout.buffer.write(more)
            os.waitpid(pid, 0)
            """
        return Program(["python3", "-c", script] + command).run().output
    }
}
