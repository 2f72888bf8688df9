import CLibc

/// One line of `key="value"` pairs, in the order they are added.
public struct LogLine: Sendable {
    public private(set) var bytes: [UInt8] = []

    public init() {}

    /// The most bytes of a value that are written; a longer one is cut there, and ends in `...`.
    public static let longestValue = 255

    /// - Parameter value: any bytes; they are escaped.
    public mutating func add(_ key: StaticString, _ value: [UInt8]) {
        let value = value.count > LogLine.longestValue ? value.prefix(LogLine.longestValue) + [UInt8]("...") : value[...]
        if !bytes.isEmpty { bytes.append(UInt8(ascii: " ")) }
        bytes += key
        bytes.append(UInt8(ascii: "="))
        bytes.appendQuoted(value)
    }

    public mutating func add(_ key: StaticString, _ value: StaticString) {
        add(key, [UInt8](value))
    }
}

/// The system's log, facility authpriv, by a socket of our own: a PAM module in the same process may have any ident for
/// syslog(3).
public enum SystemLog {
    public enum Severity: Sendable {
        case information, notice, error

        fileprivate var priority: Int32 {
            switch self {
            case .information: LOG_INFO
            case .notice: LOG_NOTICE
            case .error: LOG_ERR
            }
        }
    }

    /// Has PAM's modules log under our name, by syslog(3).
    public static func open() {
        clibc_restore_syslog()
    }

    /// Prepares the line of a login that ends without a verdict: its fields after verdict and reason, see
    /// `clibc_say_last_words`.
    public static func prepareLastWords(_ line: LogLine) {
        clibc_prepare_last_words(line.bytes, line.bytes.count)
    }

    /// Sends a line; if there is no log, standard error has it.
    ///
    /// - Parameter isPrinted: whether standard error has it anyway.
    public static func send(_ severity: Severity, _ line: LogLine, isPrinted: Bool = false) {
        let failed = clibc_log_line(LOG_AUTHPRIV | severity.priority, line.bytes, line.bytes.count)
        if failed != 0 || isPrinted { StandardError.write(line.bytes) }
    }
}
