import CLibc
import NIOCore

/// What came in and is not consumed. As a rule that is nothing, or the one buffer that the network filled.
public struct InputBuffer {
    private var buffer: ByteBuffer?

    public init() {}

    public var count: Int { buffer?.readableBytes ?? 0 }

    public mutating func append(_ more: ByteBuffer, _ allocator: ByteBufferAllocator) {
        guard let old = buffer else {
            buffer = more
            return
        }
        var joined = allocator.buffer(capacity: old.readableBytes + more.readableBytes)
        joined.writeImmutableBuffer(old)
        joined.writeImmutableBuffer(more)
        Self.wipe(old, old.readableBytes)
        Self.wipe(more, more.readableBytes)
        buffer = joined
    }

    public func withBytes<Result: ~Copyable>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        guard let buffer else { return body(UnsafeRawBufferPointer(start: nil, count: 0)) }
        var result: Result?
        buffer.withUnsafeReadableBytes { result = body($0) }
        return result.take()!
    }

    /// Drops some bytes and overwrites them: they may have been a password.
    public mutating func wipe(_ count: Int) {
        guard count > 0, var rest = buffer.take() else { return }
        Self.wipe(rest, count)
        rest.moveReaderIndex(forwardBy: count)
        if rest.readableBytes > 0 { buffer = rest }
    }

    public mutating func wipeAll() { wipe(count) }

    /// Takes some bytes out, in the memory in which they came.
    public mutating func take(_ count: Int) -> ByteBuffer {
        var rest = buffer.take()!
        let taken = rest.readSlice(length: count)!
        if rest.readableBytes > 0 { buffer = rest }
        return taken
    }

    /// The mutable accessors would make a copy, as NIO's pool holds the buffer too, and overwrite that. Writing through
    /// this pointer is sound: the memory is heap memory, allocated mutable; the pool does not look into it while we
    /// hold the buffer, on the one thread of this event loop, and later only writes over it; and nobody else was given
    /// these bytes of it.
    private static func wipe(_ buffer: ByteBuffer, _ count: Int) {
        buffer.withUnsafeReadableBytes { bytes in
            if let start = bytes.baseAddress { explicit_bzero(UnsafeMutableRawPointer(mutating: start), count) }
        }
    }
}
