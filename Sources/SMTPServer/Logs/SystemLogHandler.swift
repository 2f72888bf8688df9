import CLibc
import CheckpwdCore
import Logging
import Synchronization

/// A swift-log handler that writes one line to the system's log, facility mail; to standard error while there is no log.
public struct SystemLogHandler: LogHandler {
    public var metadata: Logger.Metadata = [:]
    public var logLevel = Logger.Level.info

    public init() {}

    /// A descriptor, or -1.
    private static let connection = Mutex<Int32>(-1)

    /// Connects now: later there may be no root directory with `/dev/log` in it.
    public static func open() {
        connection.withLock { $0 = clibc_open_log() }
    }

    /// Sends a line, by a new connection if the one of before is broken: the log's daemon may have been restarted.
    ///
    /// - Returns: whether it was sent.
    private static func send(_ line: [UInt8], _ priority: Int32) -> Bool {
        connection.withLock { connection in
            if connection >= 0 {
                if clibc_log(connection, priority, "smtp-auth", line, line.count) == 0 { return true }
                close(connection)
            }
            connection = clibc_open_log()
            return connection >= 0 && clibc_log(connection, priority, "smtp-auth", line, line.count) == 0
        }
    }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    public func log(event: LogEvent) {
        var line: [UInt8] = []
        line.appendPrintable(event.message.description.utf8)
        for (key, value) in metadata.merging(event.metadata ?? [:], uniquingKeysWith: { $1 }).sorted(by: { $0.key < $1.key }) {
            line += " "
            line.appendPrintable(key.utf8)
            line += "="
            line.appendQuoted(value.description.utf8)
        }
        if !Self.send(line, LOG_MAIL | Self.priority(event.level)) { StandardErrorLog(metadata: metadata).log(event: event) }
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
