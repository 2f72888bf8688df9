import CheckpwdCore
@testable import PrivilegeSeparation
import TestSupport
import Testing

/// Bytes of what the network process says, and what they mean.
@Suite struct NetworkMessageTests {
    static let connection = {
        var connection = ConnectionEnvironment()
        try! connection.set(.remoteAddress, Array("192.0.2.7".utf8))
        try! connection.set(.localPort, Array("587".utf8))
        return connection
    }()
    private static let method = Array("CRAM-MD5".utf8)

    @Test(arguments: [
        NetworkMessage.check(ticket: 7, method: method, connection), .check(ticket: .max, method: method, ConnectionEnvironment()),
        .open(ticket: 0, login: nil, connection), .open(ticket: 1, login: .max, ConnectionEnvironment()), .forget(ticket: 7),
        .over(ticket: 1 << 63), .ready,
    ])
    func `what is written is read again`(message: NetworkMessage) throws {
        #expect(try decode(message.bytes) == message)
    }

    private static let ticket: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 9]
    private static let none: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0]
    private static let one: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 1]

    @Test(arguments: [
        ("nothing", [], Malformed.truncated), ("an unknown kind", [6], .unknownKind), ("kind 0", [0], .unknownKind),
        ("a ticket cut off", [3, 0, 0], .truncated), ("no login", [2] + ticket, .truncated),
        ("a login that is neither there nor not", [2] + ticket + [2], .badValue),
        ("no variables", [2] + ticket + [0], .truncated), ("no method", [1] + ticket + none + none, .badValue),
        ("a method that is none", [1] + ticket + one + [97] + none, .badValue),
        ("a tail", [4, 0], .trailing), ("a tail after a ticket", [3] + ticket + [0], .trailing),
        ("more variables than there are", [2] + ticket + [0] + [0, 0, 0, 0, 0, 0, 0, 8], .badValue),
        ("an immense number of variables", [2] + ticket + [0] + [255, 255, 255, 255, 255, 255, 255, 255], .badValue),
        ("an unknown variable", [2] + ticket + [0] + one + [99] + none, .badValue),
        ("a value that is not all there", [2] + ticket + [0] + one + [1] + one, .truncated),
        ("a value longer than any", [2] + ticket + [0] + one + [1, 255, 255, 255, 255, 255, 255, 255, 255], .badValue),
        ("a value that cannot be", [2] + ticket + [0] + one + [2] + one + [65], .badValue),
        ("a variable twice", [2] + ticket + [0] + [0, 0, 0, 0, 0, 0, 0, 2, 2] + one + [49, 2] + one + [49], .badValue),
        ("that it relays", [2] + ticket + [0] + one + [5] + none, .badValue),
        ("who is authenticated", [2] + ticket + [0] + one + [6] + one + [97], .badValue),
        ("how", [2] + ticket + [0] + one + [7] + one + [65], .badValue),
        ("who a login is to be", [1] + ticket + one + [65] + one + [6] + one + [97], .badValue),
    ])
    func `what is not a message is refused`(what: String, bytes: [UInt8], expected: Malformed) {
        #expect(throws: expected, "\(what)") { try decode(bytes) }
    }

    private func decode(_ bytes: [UInt8]) throws -> NetworkMessage {
        try bytes.withUnsafeBytes { bytes in
            var reader = PacketReader(bytes)
            let message = try NetworkMessage(&reader)
            try reader.end()
            return message
        }
    }
}
