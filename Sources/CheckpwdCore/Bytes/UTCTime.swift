/// Moments as RFC 3339 writes them, in UTC.
public enum UTCTime {
    /// `2026-11-23T12:35:00Z`. Every day has 86,400 seconds, as POSIX counts.
    ///
    /// - Parameter seconds: since 1970; before year 0 or after year 9999 it is the nearest moment within.
    public static func text(_ seconds: Int) -> [UInt8] {
        let seconds = min(max(seconds, -62_167_219_200), 253_402_300_799)
        let days = seconds >= 0 ? seconds / 86400 : (seconds - 86399) / 86400
        let second = seconds - days * 86400
        let (year, month, day) = date(days)
        var text = digits(year, 4)
        for (mark, number) in [
            ("-", month), ("-", day), ("T", second / 3600), (":", second / 60 % 60), (":", second % 60),
        ] as [(StaticString, Int)] {
            text += mark
            text += digits(number, 2)
        }
        text += "Z"
        return text
    }

    /// The date of the proleptic Gregorian calendar. Years are counted from March here, so that February ends them, and in
    /// eras of 400 years, each of 146,097 days.
    private static func date(_ days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
    }

    private static func digits(_ number: Int, _ width: Int) -> [UInt8] {
        let text = [UInt8](decimal: number)
        return [UInt8](repeating: UInt8(ascii: "0"), count: max(width - text.count, 0)) + text
    }
}
