extension Array where Element == UInt8 {
    /// The eight bytes of a number, most significant first: their order is that of the numbers.
    public init(bigEndian number: UInt64) {
        self = []
        for shift in stride(from: 56, through: 0, by: -8) { append(UInt8(truncatingIfNeeded: number >> UInt64(shift))) }
    }
}

extension UInt64 {
    /// The number of which these are the bytes, most significant first.
    public init(bigEndian bytes: ArraySlice<UInt8>) {
        self = bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }
}
