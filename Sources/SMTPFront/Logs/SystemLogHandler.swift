import ByteStrings
import CPlatform
import Logging

/// A swift-log handler that writes one line to syslog(3), facility mail.
public struct SystemLogHandler: LogHandler {
    public var metadata: Logger.Metadata = [:]
    public var logLevel = Logger.Level.info

    public init() {}

    /// Connects now: later there may be no root directory with `/dev/log` in it.
    public static func open() {
        // openlog(3) keeps the pointer: never freed.
        openlog(strdup("smtp-auth"), LOG_PID | LOG_NDELAY, LOG_MAIL)
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
        line.withCString { cplatform_syslog(LOG_MAIL | Self.priority(event.level), $0) }
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
