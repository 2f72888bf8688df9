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
