/// The bytes with which some editors begin a text, to say how it is encoded (U+FEFF).
public enum ByteOrderMark {
    /// How many bytes at the beginning of a text are UTF-8's mark: 3 or 0. They do not belong to the text.
    public static func length(in text: some Collection<UInt8>) -> Int {
        text.starts(with: [0xEF, 0xBB, 0xBF] as [UInt8]) ? 3 : 0
    }

    /// Whether a text begins with the mark of UTF-16 or UTF-32, of either byte order. As bytes such a text is not readable.
    public static func isWide(_ text: some Collection<UInt8>) -> Bool {
        text.starts(with: [0xFF, 0xFE] as [UInt8]) || text.starts(with: [0xFE, 0xFF] as [UInt8])
            || text.starts(with: [0x00, 0x00, 0xFE, 0xFF] as [UInt8])
    }
}

extension Collection where Element == UInt8 {
    /// The text without UTF-8's byte-order mark, if it begins with one.
    public var withoutByteOrderMark: SubSequence { dropFirst(ByteOrderMark.length(in: self)) }
}
