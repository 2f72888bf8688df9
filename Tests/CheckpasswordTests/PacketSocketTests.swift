import Checkpassword
import CheckpwdCore
import Glibc
import TestSupport
import Testing

@Suite struct PacketSocketTests {
    private func pair(_ type: __socket_type) throws -> [Int32] {
        var ends: [Int32] = [-1, -1]
        try #require(socketpair(AF_UNIX, Int32(type.rawValue), 0, &ends) == 0)
        return ends
    }

    @Test func `whatever is no socket for packets is refused`() throws {
        let ends = try pair(SOCK_STREAM)
        defer { ends.forEach { close($0) } }
        #expect(throws: Failure.self) { _ = try PacketSocket(ends[0], limit: 512) }
        #expect(throws: Failure.self) { _ = try PacketSocket(-1, limit: 512) }
    }

    @Test func `it is close-on-exec from then on`() throws {
        let ends = try pair(SOCK_SEQPACKET)
        defer { ends.forEach { close($0) } }
        _ = try PacketSocket(ends[1], limit: 512)
        #expect(fcntl(ends[1], F_GETFD) == FD_CLOEXEC)
        #expect(fcntl(ends[0], F_GETFD) == 0)
    }

    @Test func `packets are kept apart, and one that is too long is one byte too long`() throws {
        let ends = try pair(SOCK_SEQPACKET)
        defer { close(ends[1]) }
        let socket = try PacketSocket(ends[1], limit: 512)
        for size in [1, 4610, 4611, 9000, 2] {
            #expect(send(ends[0], [UInt8](repeating: 7, count: size), size, 0) == size)
        }
        for size in [1, 4610, 4611, 4611, 2] { #expect(try socket.receive()?.count == size) }
        #expect(socket.answer(111, to: 7))
        var answer: [UInt8] = [0, 0, 0]
        #expect(recv(ends[0], &answer, 3, 0) == 2)
        #expect(answer == [7, 111, 0])
        close(ends[0])
        #expect(try socket.receive() == nil)
        #expect(!socket.answer(0, to: 7))
    }
}
