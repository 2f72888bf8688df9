import CLibc

/// Text that holds secrets: it grows as it must, and is wiped wherever it was.
public struct WipedText: ~Copyable {
    private var buffer: UnsafeMutableRawBufferPointer
    public private(set) var count = 0

    public init(capacity: Int = 65_536) {
        buffer = .allocate(byteCount: capacity, alignment: 16)
    }

    deinit {
        explicit_bzero(buffer.baseAddress!, buffer.count)
        buffer.deallocate()
    }

    public mutating func append(_ byte: UInt8) {
        makeRoom(for: 1)
        buffer[count] = byte
        count += 1
    }

    public mutating func append(_ bytes: UnsafeRawBufferPointer) {
        makeRoom(for: bytes.count)
        UnsafeMutableRawBufferPointer(rebasing: buffer[count...]).copyMemory(from: bytes)
        count += bytes.count
    }

    public mutating func append(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { append($0) }
    }

    public mutating func append(_ literal: StaticString) {
        append(UnsafeRawBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
    }

    /// Wipes what is in it.
    public mutating func clear() {
        explicit_bzero(buffer.baseAddress!, count)
        count = 0
    }

    public borrowing func withUnsafeBytes<Result: ~Copyable, Problem: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Problem) -> Result
    ) throws(Problem) -> Result {
        try body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    }

    private mutating func makeRoom(for more: Int) {
        guard count + more > buffer.count else { return }
        let larger = UnsafeMutableRawBufferPointer.allocate(
            byteCount: max(2 * buffer.count, count + more), alignment: 16)
        larger.baseAddress!.copyMemory(from: buffer.baseAddress!, byteCount: count)
        explicit_bzero(buffer.baseAddress!, buffer.count)
        buffer.deallocate()
        buffer = larger
    }
}
