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

    /// Appends text for a person to read on a terminal, in whatever language: UTF-8 stays, but for what a terminal obeys
    /// or what reorders a line. That, and bytes that are no UTF-8, become `\xNN` for each byte.
    public mutating func appendPrintable(_ text: [UInt8]) {
        text.withUnsafeBytes { bytes in
            var place = 0
            while place < bytes.count {
                let scalar = UTF8Text.scalar(in: bytes, at: place)
                let end = place + (scalar?.length ?? 1)
                if let scalar, !UTF8Text.steers(scalar.scalar) {
                    self += bytes[place..<end]
                } else {
                    for byte in bytes[place..<end] { appendEscaped(byte, where: true) }
                }
                place = end
            }
        }
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
