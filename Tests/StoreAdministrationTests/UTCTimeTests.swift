import CheckpwdCore
@testable import StoreAdministration
import TestSupport
import Testing

@Suite struct UTCTimeTests {
    @Test(arguments: [
        (UInt64(0), "1970-01-01T00:00:00Z"), (1_700_000_000, "2023-11-14T22:13:20Z"),
        (951_782_399, "2000-02-28T23:59:59Z"),
        (951_782_400, "2000-02-29T00:00:00Z"), (951_868_800, "2000-03-01T00:00:00Z"),
        (4_107_542_399, "2100-02-28T23:59:59Z"),
        (4_107_542_400, "2100-03-01T00:00:00Z"), (68_169_600, "1972-02-29T00:00:00Z"),
        (31_535_999, "1970-12-31T23:59:59Z"),
        (253_402_300_799, "9999-12-31T23:59:59Z"),
    ])
    func `a moment has one text`(seconds: UInt64, text: String) {
        #expect(UTCTime.text(Int(seconds)).text == text)
        #expect(Array(text.utf8).withUnsafeBytes { UTCTime.seconds($0) } == seconds)
    }

    @Test func `a day of every season has a text of its own`() {
        for seconds in stride(from: 0, to: UTCTime.end, by: 86_400 * 101 + 3_601) {
            #expect(UTCTime.text(Int(seconds)).withUnsafeBytes { UTCTime.seconds($0) } == seconds)
        }
    }

    @Test(arguments: [
        "", "1969-12-31T23:59:59Z", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z",
        "2026-01-00T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T23:59:60Z",
        "2026-01-01 00:00:00Z", "2026-01-01T00:00:00z", "2026-01-01T00:00:0Z", "2026-01-01T00:00:00+0",
        "+026-01-01T00:00:00Z",
        "2026-01-01T00:00:00.5Z",
    ])
    func `no other text is one`(text: String) {
        #expect(Array(text.utf8).withUnsafeBytes { UTCTime.seconds($0) } == nil)
    }
}
