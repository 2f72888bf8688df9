import CheckpwdCore

/// RFC 3461 section 4: any bytes as printable ones, with `+XX` for those that are not, and for `+` and `=`.
enum XText {
    static func encode(_ bytes: [UInt8]) -> [UInt8] {
        var text: [UInt8] = []
        for byte in bytes {
            if (0x21...0x7E).contains(byte), byte != UInt8(ascii: "+"), byte != UInt8(ascii: "=") {
                text.append(byte)
            } else {
                text.append(UInt8(ascii: "+"))
                text += Hex.encode(CollectionOfOne(byte)).map { $0 >= UInt8(ascii: "a") ? $0 - 0x20 : $0 }
            }
        }
        return text
    }
}
