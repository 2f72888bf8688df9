extension Array where Element == UInt8 {
    /// Appends a value that may be an attacker's: in double quotes, with every byte outside 0x21–0x7E, the quote and the
    /// backslash as `\xNN`. A reader that splits at blanks, quotes or line ends cannot be misled.
    public mutating func appendQuoted(_ value: some Sequence<UInt8>) {
        append(UInt8(ascii: "\""))
        for byte in value { appendEscaped(byte, where: !(0x21...0x7E).contains(byte)) }
        append(UInt8(ascii: "\""))
    }

    /// Appends text for a person to read on one line: like `appendQuoted`, but blanks stay and there are no quotes.
    public mutating func appendReadable(_ value: some Sequence<UInt8>) {
        for byte in value { appendEscaped(byte, where: !(0x20...0x7E).contains(byte)) }
    }

    private mutating func appendEscaped(_ byte: UInt8, where unprintable: Bool) {
        if unprintable || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
            self += "\\x"
            self += Hex.encode(CollectionOfOne(byte))
        } else {
            append(byte)
        }
    }
}
