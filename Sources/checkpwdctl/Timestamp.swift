import CheckpwdCore
import Glibc

/// A moment as RFC 3339 writes it, in UTC: `2026-11-23T12:35:00Z`.
enum Timestamp {
    /// - Parameter seconds: since 1970; nil for an unknown moment, which is a hyphen.
    static func text(_ seconds: UInt64?) -> String {
        guard let seconds else { return "-" }
        return String(decoding: UTCTime.text(Int(clamping: seconds)), as: UTF8.self)
    }

    static var now: UInt64 { UInt64(max(time(nil), 0)) }
}
