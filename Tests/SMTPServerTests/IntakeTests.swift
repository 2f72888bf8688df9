import NIOCore
@testable import SMTPServer
import Testing

@Suite struct IntakeTests {
    private let allocator = ByteBufferAllocator()

    private func bytes(_ intake: Intake) -> String { intake.withBytes { String(decoding: $0, as: UTF8.self) } }

    @Test func `what is consumed is overwritten in the very buffer that the network filled`() {
        let received = ByteBuffer(string: "AUTH PLAIN secret\r\nNOOP")
        // As NIO's pool of buffers does, this holds on to the same memory.
        let pooled = received
        var intake = Intake()
        intake.append(received, allocator)
        intake.wipe(19)
        #expect(Array(pooled.readableBytesView) == Array(repeating: 0, count: 19) + Array("NOOP".utf8))
        #expect(bytes(intake) == "NOOP")
        intake.append(ByteBuffer(string: "\r\n"), allocator)
        #expect(Array(pooled.readableBytesView) == Array(repeating: 0, count: 23))
        #expect(bytes(intake) == "NOOP\r\n")
        intake.wipeAll()
        #expect(intake.count == 0)
    }

    @Test func `what is taken out stays as it is, whatever happens to the rest`() {
        var intake = Intake()
        intake.append(ByteBuffer(string: "message\r\n.\r\nAUTH"), allocator)
        let taken = intake.take(12)
        intake.append(ByteBuffer(string: " PLAIN"), allocator)
        intake.wipeAll()
        #expect(String(buffer: taken) == "message\r\n.\r\n")
    }
}
