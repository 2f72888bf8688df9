import CLibc
import CheckpwdCore

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
