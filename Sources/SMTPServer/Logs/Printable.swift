import CheckpwdCore

extension Array where Element == UInt8 {
    /// Appends a message. Quotes and backslashes stay, since a message may be made of quoted values; a byte that could end
    /// the line, or command a terminal, does not.
    mutating func appendPrintable(_ text: some Sequence<UInt8>) {
        for byte in text {
            if (0x20...0x7E).contains(byte) {
                append(byte)
            } else {
                self += "\\x"
                self += Hex.encode(CollectionOfOne(byte))
            }
        }
    }
}
