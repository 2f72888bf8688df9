import Glibc

/// A moment as RFC 3339 writes it, in UTC: `2026-11-23T12:35:00Z`.
enum Timestamp {
    /// - Parameter seconds: since 1970; nil for an unknown moment, which is a hyphen.
    static func text(_ seconds: UInt64?) -> String {
        guard let seconds else { return "-" }
        var (time, fields) = (time_t(clamping: seconds), tm())
        guard gmtime_r(&time, &fields) != nil else { return "-" }
        var buffer = [CChar](repeating: 0, count: 40)
        let count = strftime(&buffer, buffer.count, "%Y-%m-%dT%H:%M:%SZ", &fields)
        return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    static var now: UInt64 { UInt64(max(time(nil), 0)) }
}
