import Foundation
import Logging
@testable import ServerSupport
import TestSupport
import Testing

@Suite("The log on standard error")
struct StandardErrorLogTests {
    private final class Lines: @unchecked Sendable {
        private let lock = NSLock()
        private var lines: [String] = []
        func add(_ line: [UInt8]) { lock.withLock { lines.append(text(line)) } }
        var all: [String] { lock.withLock { lines } }
    }

    @Test("is one line for each message, its metadata quoted and in order")
    func line() {
        let lines = Lines()
        var logger = Logger(label: "test") { _ in StandardErrorLog { lines.add($0) } }
        logger[metadataKey: "b"] = "two words"
        logger.notice("verdict=\"x\" \\x20 a\nb\u{7F}", metadata: ["a": "1\"\n"])
        logger.debug("not at this level")
        #expect(lines.all == [#"smtp-auth: verdict="x" \x20 a\x0ab\x7f a="1\x22\x0a" b="two\x20words""# + "\n"])
    }
}
