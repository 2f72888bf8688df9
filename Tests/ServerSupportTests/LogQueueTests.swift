import Foundation
import Logging
@testable import ServerSupport
import TestSupport
import Testing

/// A log that is read slowly, or not at all.
@Suite struct LogQueueTests {
    private let lines = LogLines()

    @Test func `who logs does not wait for who reads, and lines that are lost are counted`() async throws {
        let queue = LogQueue(most: 3)
        let reader = DispatchSemaphore(value: 0)
        let begun = DispatchSemaphore(value: 0)
        let lines = lines
        let logger = Logger(label: "test") { _ in
            QueuedLog(
                StandardErrorLog { line in
                    begun.signal()
                    reader.wait()
                    lines.logger.info("\(text(line.dropLast()))")
                }, queue)
        }
        queue.begin()
        logger.info("1")
        begun.wait()
        for number in 2...7 { logger.info("\(number)") }
        for _ in 0..<4 { reader.signal() }
        queue.flush()
        #expect(
            lines.all.map { $0.replacing("smtp-auth: ", with: "") } == [
                "1\n", "4 lines of the log were lost: it is not read fast enough\n", "2\n", "3\n",
            ])
    }

    @Test func `without a thread, lines are written at once`() {
        let logger = lines.logger
        let queue = LogQueue()
        for number in 1...3 { queue.put { _ in logger.info("\(number)") } }
        #expect(lines.all.count == 3)
    }
}
