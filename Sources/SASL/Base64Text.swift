import CheckpwdCore

extension WipedText {
    /// Appends some bytes in base64, leaving no copy of all of them elsewhere.
    public mutating func append(base64 bytes: UnsafeRawBufferPointer) {
        var rest = bytes[...]
        while !rest.isEmpty {
            // Three bytes at a time: what is left in memory of an array so small is soon written over.
            append(Base64.encode(rest.prefix(3)))
            rest = rest.dropFirst(3)
        }
    }
}
