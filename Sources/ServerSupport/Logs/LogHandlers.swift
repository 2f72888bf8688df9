import CLibc
import CheckpwdCore
import Logging
import Synchronization

/// A swift-log handler that writes one line to the system's log, facility mail; to standard error while there is no log.
public struct SystemLogHandler: LogHandler {
    public var metadata: Logger.Metadata = [:]
    public var logLevel = Logger.Level.info

    private let program: String

    /// - Parameter program: its name, which the lines begin with.
    public init(program: String) {
        self.program = program
    }

    /// A descriptor, or -1.
    private static let connection = Mutex<Int32>(-1)

    /// Connects now: later there may be no root directory with `/dev/log` in it.
    public static func open() {
        connection.withLock { $0 = clibc_open_log() }
    }

    /// Sends a line, by a new connection if the one of before is broken: the log's daemon may have been restarted.
    ///
    /// - Returns: whether it was sent.
    private static func send(_ line: [UInt8], _ priority: Int32, _ program: String) -> Bool {
        connection.withLock { connection in
            if connection >= 0 {
                if clibc_log(connection, priority, program, line, line.count) == 0 { return true }
                close(connection)
            }
            connection = clibc_open_log()
            return connection >= 0 && clibc_log(connection, priority, program, line, line.count) == 0
        }
    }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    public func log(event: LogEvent) {
        var line: [UInt8] = []
        line.append(event, metadata)
        guard !Self.send(line, LOG_MAIL | Self.priority(event.level), program) else { return }
        StandardErrorLog(program: program, metadata: metadata).log(event: event)
    }

    private static func priority(_ level: Logger.Level) -> Int32 {
        switch level {
        case .trace, .debug: LOG_DEBUG
        case .info: LOG_INFO
        case .notice: LOG_NOTICE
        case .warning: LOG_WARNING
        case .error: LOG_ERR
        case .critical: LOG_CRIT
        }
    }
}

/// A swift-log handler that writes one line to standard error: the program's name, the message, and metadata as `key="value"`.
/// No time and no level: what collects the lines (multilog, svlogd, the journal) has a clock of its own.
public struct StandardErrorLog: LogHandler {
    public var metadata: Logger.Metadata = [:]
    public var logLevel = Logger.Level.info
    private let program: String
    private let write: @Sendable ([UInt8]) -> Void

    /// - Parameter program: its name, which the lines begin with.
    public init(program: String, metadata: Logger.Metadata = [:]) {
        self.init(program: program) { line in
            // In one call, so that lines of several writers do not mix. What cannot be written is lost.
            _ = CLibc.write(2, line, line.count)
        }
        self.metadata = metadata
    }

    /// - Parameter write: takes a whole line, its end included.
    init(program: String = "smtp-auth", write: @escaping @Sendable ([UInt8]) -> Void) {
        self.program = program
        self.write = write
    }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    public func log(event: LogEvent) {
        var line = Array("\(program): ".utf8)
        line.append(event, metadata)
        line += "\n"
        write(line)
    }
}

extension Array where Element == UInt8 {
    /// Appends a message. Quotes and backslashes stay, since a message may be made of quoted values; a byte that could end
    /// the line, or command a terminal, does not.
    fileprivate mutating func appendMessage(_ text: some Sequence<UInt8>) {
        for byte in text {
            if (0x20...0x7E).contains(byte) {
                append(byte)
            } else {
                self += "\\x"
                self += Hex.encode(CollectionOfOne(byte))
            }
        }
    }

    /// Appends an event: its message, then its metadata and the logger's as `key="value"`, in the order of the keys.
    fileprivate mutating func append(_ event: LogEvent, _ metadata: Logger.Metadata) {
        appendMessage(event.message.description.utf8)
        for (key, value) in metadata.merging(event.metadata ?? [:], uniquingKeysWith: { $1 }).sorted(by: { $0.key < $1.key }) {
            self += " "
            appendMessage(key.utf8)
            self += "="
            appendQuoted(value.description.utf8)
        }
    }
}
