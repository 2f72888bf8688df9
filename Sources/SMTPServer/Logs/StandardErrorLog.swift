import CLibc
import CheckpwdCore
import Logging

/// A swift-log handler that writes one line to standard error: `smtp-auth: `, the message, and metadata as `key="value"`.
/// No time and no level: what collects the lines (multilog, svlogd, the journal) has a clock of its own.
public struct StandardErrorLog: LogHandler {
    public var metadata: Logger.Metadata = [:]
    public var logLevel = Logger.Level.info
    private let write: @Sendable ([UInt8]) -> Void

    public init(metadata: Logger.Metadata = [:]) {
        self.init { line in
            // In one call, so that lines of several writers do not mix. What cannot be written is lost.
            _ = CLibc.write(2, line, line.count)
        }
        self.metadata = metadata
    }

    /// - Parameter write: takes a whole line, its end included.
    init(write: @escaping @Sendable ([UInt8]) -> Void) {
        self.write = write
    }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    public func log(event: LogEvent) {
        var line = [UInt8]("smtp-auth: ")
        line.appendPrintable(event.message.description.utf8)
        for (key, value) in metadata.merging(event.metadata ?? [:], uniquingKeysWith: { $1 }).sorted(by: {
            $0.key < $1.key
        }) {
            line += " "
            line.appendPrintable(key.utf8)
            line += "="
            line.appendQuoted(value.description.utf8)
        }
        line += "\n"
        write(line)
    }
}
