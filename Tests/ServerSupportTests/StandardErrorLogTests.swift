import Foundation
import Logging
@testable import ServerSupport
import TestSupport
import Testing

/// A log that is kept.
final class LogLines: @unchecked Sendable {
    private let lock = NSLock()
    private var lines: [String] = []

    var all: [String] { lock.withLock { lines } }

    var logger: Logger {
        Logger(label: "test") { _ in
            StandardErrorLog { line in self.lock.withLock { self.lines.append(text(line)) } }
        }
    }
}

@Suite("The log on standard error")
struct StandardErrorLogTests {
    @Test("is one line for each message, its metadata quoted and in order")
    func line() {
        let lines = LogLines()
        var logger = lines.logger
        logger[metadataKey: "b"] = "two words"
        logger.notice("verdict=\"x\" \\x20 a\nb\u{7F}", metadata: ["a": "1\"\n"])
        logger.debug("not at this level")
        #expect(lines.all == [#"smtp-auth: verdict="x" \x20 a\x0ab\x7f a="1\x22\x0a" b="two\x20words""# + "\n"])
    }
}
