import NIOCore
@testable import ServerSupport
import Testing

@Suite struct InputBufferTests {
    private let allocator = ByteBufferAllocator()

    private func bytes(_ input: InputBuffer) -> String { input.withBytes { String(decoding: $0, as: UTF8.self) } }

    @Test func `what is consumed is overwritten in the very buffer that the network filled`() {
        let received = ByteBuffer(string: "AUTH PLAIN secret\r\nNOOP")
        // As NIO's pool of buffers does, this holds on to the same memory.
        let pooled = received
        var input = InputBuffer()
        input.append(received, allocator)
        input.wipe(19)
        #expect(Array(pooled.readableBytesView) == Array(repeating: 0, count: 19) + Array("NOOP".utf8))
        #expect(bytes(input) == "NOOP")
        input.append(ByteBuffer(string: "\r\n"), allocator)
        #expect(Array(pooled.readableBytesView) == Array(repeating: 0, count: 23))
        #expect(bytes(input) == "NOOP\r\n")
        input.wipeAll()
        #expect(input.count == 0)
    }

    @Test func `what is taken out stays as it is, whatever happens to the rest`() {
        var input = InputBuffer()
        input.append(ByteBuffer(string: "message\r\n.\r\nAUTH"), allocator)
        let taken = input.take(12)
        input.append(ByteBuffer(string: " PLAIN"), allocator)
        input.wipeAll()
        #expect(String(buffer: taken) == "message\r\n.\r\n")
    }
}
