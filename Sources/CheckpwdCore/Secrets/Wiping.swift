import CLibc

extension Array where Element == UInt8 {
    /// Overwrites what is no secret for long, such as the right answer to a challenge. Another copy is not reached.
    public mutating func wipe() {
        withUnsafeMutableBytes { bytes in
            if let start = bytes.baseAddress { explicit_bzero(start, bytes.count) }
        }
    }
}
