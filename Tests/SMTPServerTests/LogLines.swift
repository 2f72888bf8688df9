import Logging
import NIOConcurrencyHelpers
@testable import SMTPServer
@testable import ServerSupport
import TestSupport

/// A log that is kept.
final class LogLines: Sendable {
    private let lines = NIOLockedValueBox<[String]>([])

    var logger: Logger {
        Logger(label: "test") { [lines] _ in
            StandardErrorLog { line in lines.withLockedValue { $0.append(text(line)) } }
        }
    }

    /// All that contain this.
    func all(with words: String) -> [String] { lines.withLockedValue { $0.filter { $0.contains(words) } } }

    /// The first that contains this, waited for.
    func first(with words: String) async throws -> String {
        while true {
            if let line = all(with: words).first { return line }
            try await Task.sleep(for: .milliseconds(2))
        }
    }
}
