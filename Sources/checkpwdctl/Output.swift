import CLibc
import CheckpwdCore

/// Standard output.
enum Output {
    /// Writes one line, whatever its bytes.
    ///
    /// - Throws: `temporary` where it cannot be written: a full disk must not look like the end of a list.
    static func write(_ line: [UInt8]) throws(Failure) {
        try check((line + [UInt8(ascii: "\n")]).withUnsafeBytes(writeAll))
    }

    /// Writes a line that nobody wipes here.
    static func write(_ line: UnsafeRawBufferPointer) throws(Failure) {
        try check(writeAll(line))
        try write([])
    }

    static func write(_ value: JSON) throws(Failure) {
        try write(value.text)
    }

    static let isTerminal = isatty(1) == 1

    /// Text as a terminal may have it.
    static func printable(_ text: [UInt8]) -> [UInt8] {
        var line: [UInt8] = []
        line.appendPrintable(text)
        return line
    }

    /// - Returns: 0 or an errno.
    private static func writeAll(_ bytes: UnsafeRawBufferPointer) -> Int32 {
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = UnsafeRawBufferPointer(rebasing: rest)
            let count = CLibc.write(1, part.baseAddress, part.count)
            if count < 0, clibc_errno() != EINTR { return clibc_errno() }
            rest = rest.dropFirst(max(count, 0))
        }
        return 0
    }

    private static func check(_ errno: Int32) throws(Failure) {
        guard errno == 0 else { throw .temporary(Cause(.standardOutputCannotBeWritten, errno: errno)) }
    }
}
