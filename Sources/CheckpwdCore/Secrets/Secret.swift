import CLibc

/// A password, key or shared secret: one buffer that cannot be copied and is wiped when its owner lets go of it.
///
/// Read it with `withUnsafeBytes`, for as long as it must be seen and no longer.
public struct Secret: ~Copyable, @unchecked Sendable {
    // Sound to send: nobody else holds the buffer, and a noncopyable value is in one place at a time.
    private let buffer: UnsafeMutableRawBufferPointer
    /// How many bytes are in it.
    public let count: Int

    /// A secret that `fill` writes straight into its only buffer.
    ///
    /// - Parameters:
    ///   - capacity: the most bytes that it can have.
    ///   - fill: writes into the buffer and returns how many bytes it wrote, counted from the start.
    /// - Throws: what `fill` throws; the buffer is wiped then, too.
    public init<Problem: Error>(
        capacity: Int, fill: (UnsafeMutableRawBufferPointer) throws(Problem) -> Int
    ) throws(Problem) {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: max(capacity, 1), alignment: 1)
        do {
            count = try fill(UnsafeMutableRawBufferPointer(rebasing: buffer[..<capacity]))
        } catch {
            explicit_bzero(buffer.baseAddress!, buffer.count)
            buffer.deallocate()
            throw error
        }
        precondition((0...capacity).contains(count))
        self.buffer = buffer
    }

    /// A secret copied from memory that somebody else wipes.
    public init(copying bytes: UnsafeRawBufferPointer) {
        self.init(capacity: bytes.count) { buffer in
            buffer.copyMemory(from: bytes)
            return bytes.count
        }
    }

    /// A secret copied from an array, which nobody wipes: for what is no secret yet, and for tests.
    public init(copying bytes: [UInt8]) {
        self.init(capacity: bytes.count) { buffer in
            buffer.copyBytes(from: bytes)
            return bytes.count
        }
    }

    deinit {
        explicit_bzero(buffer.baseAddress!, buffer.count)
        buffer.deallocate()
    }

    public var isEmpty: Bool { count == 0 }

    /// Calls `body` with the bytes, which are gone when this value is.
    public borrowing func withUnsafeBytes<Result: ~Copyable, Problem: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Problem) -> Result
    ) throws(Problem) -> Result {
        try body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    }
}

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

extension Array where Element == UInt8 {
    /// Overwrites what is no secret for long, such as the right answer to a challenge. Another copy is not reached.
    public mutating func wipe() {
        withUnsafeMutableBytes { bytes in
            if let start = bytes.baseAddress { explicit_bzero(start, bytes.count) }
        }
    }
}
