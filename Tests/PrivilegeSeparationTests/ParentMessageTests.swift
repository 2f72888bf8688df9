@testable import PrivilegeSeparation
import Testing

/// Bytes of what the parent says, and what they mean.
@Suite struct ParentMessageTests {
    @Test(arguments: [
        ParentMessage.listen(.mail), .listen(.metrics), .senderMap, .certificate(Array("PEM".utf8), isLast: true),
        .certificate(Array("PEM".utf8), isLast: false), .begin(nil),
        .begin(NetworkIdentity(user: 65534, group: .max)), .begin(NetworkIdentity(user: 1, group: 2, root: Array("/var/empty".utf8))),
        .checked(ticket: 3, .ended(0)), .checked(ticket: 3, .ended(-1)), .checked(ticket: 3, .cannotStart(2)),
        .checked(ticket: 3, .timedOut), .checked(ticket: 3, .busy), .opened(ticket: .max),
        .notOpened(ticket: 4, errno: 13), .mechanisms([]), .mechanisms(Array("LOGIN,CRAM-MD5".utf8)), .reload, .drain,
    ])
    func `what is written is read again`(message: ParentMessage) throws {
        #expect(try decode(message.bytes) == message)
    }

    private static let ticket: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 9]

    @Test(arguments: [
        ("nothing", [], Malformed.truncated), ("an unknown kind", [10], .unknownKind),
        ("an unknown purpose", [1, 3], .badValue), ("an identity that is neither there nor not", [4, 2], .badValue),
        ("a user beyond all users", [4, 1, 0, 0, 0, 1, 0, 0, 0, 0] + ticket + ticket, .badValue),
        ("an unknown result", [5] + ticket + [5], .badValue),
        ("a status that is no status", [5] + ticket + [1, 1, 0, 0, 0, 0, 0, 0, 0], .badValue),
        ("a result cut off", [5] + ticket + [1, 0], .truncated), ("a tail", [8, 8], .trailing),
        ("names of too many mechanisms", [20, 0, 0, 0, 0, 0, 0, 1, 1], .badValue),
    ])
    func `what is not a message is refused`(what: String, bytes: [UInt8], expected: Malformed) {
        #expect(throws: expected, "\(what)") { try decode(bytes) }
    }

    private func decode(_ bytes: [UInt8]) throws -> ParentMessage {
        try bytes.withUnsafeBytes { bytes in
            var reader = PacketReader(bytes)
            let message = try ParentMessage(&reader)
            try reader.end()
            return message
        }
    }
}
