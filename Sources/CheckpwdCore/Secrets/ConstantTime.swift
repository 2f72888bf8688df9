/// Comparison whose time depends on how many bytes there are, never on which.
public enum ConstantTime {
    /// - Returns: whether both hold the same bytes. Buffers of different length differ at once: a length is no secret.
    @inline(never)
    public static func equal(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
        guard left.count == right.count else { return false }
        var difference: UInt8 = 0
        for index in 0..<left.count { difference |= left[index] ^ right[index] }
        return difference == 0
    }
}
