import CheckpwdCore

/// Reads moments as RFC 3339 section 5.6 writes them, in UTC and whole seconds: `2026-11-23T12:35:00Z`.
extension UTCTime {
    private static let day: UInt64 = 86_400
    /// The first moment that has five digits in its year.
    static let end: UInt64 = 253_402_300_800

    /// - Returns: seconds since 1970, or nil unless the text is exactly what `text` makes of them.
    static func seconds(_ text: UnsafeRawBufferPointer) -> UInt64? {
        guard text.count == 20, let year = number(text[0..<4]), let month = number(text[5..<7]),
            let dayOfMonth = number(text[8..<10]), let hour = number(text[11..<13]), let minute = number(text[14..<16]),
            let second = number(text[17..<19]), year >= 1970, (1...12).contains(month), (1...31).contains(dayOfMonth)
        else { return nil }
        let seconds = days(to: year, month, dayOfMonth) * day + hour * 3600 + minute * 60 + second
        // What does not exist, 30 February or 25 o'clock, comes out as another moment, and so do other separators.
        return UTCTime.text(Int(seconds)).elementsEqual(text) ? seconds : nil
    }

    private static func number(_ digits: Slice<UnsafeRawBufferPointer>) -> UInt64? {
        var number: UInt64 = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            number = number * 10 + UInt64(digit - UInt8(ascii: "0"))
        }
        return number
    }

    /// How many days a year has before it, from the year 0 of a calendar whose years begin in March: leap days come last.
    private static func days(before year: UInt64) -> UInt64 { 365 * year + year / 4 - year / 100 + year / 400 }
    /// The same for a month, from 0 for March.
    private static func days(beforeMonth month: UInt64) -> UInt64 { (153 * month + 2) / 5 }
    /// From 0000-03-01 to 1970-01-01.
    private static let epoch: UInt64 = 719_468

    private static func days(to year: UInt64, _ month: UInt64, _ day: UInt64) -> UInt64 {
        days(before: month > 2 ? year : year - 1) + days(beforeMonth: (month + 9) % 12) + day - 1 - epoch
    }
}
