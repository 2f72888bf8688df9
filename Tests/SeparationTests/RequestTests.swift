import Credentials
import TestSupport
import Testing

@testable import Separation

/// Bytes of what the network process says, and what they mean.
@Suite struct RequestTests {
    static let surroundings = {
        var surroundings = Surroundings()
        try! surroundings.set(.remoteAddress, Array("192.0.2.7".utf8))
        try! surroundings.set(.authenticatedUser, Array("alice".utf8))
        return surroundings
    }()

    @Test(arguments: [
        Request.check(ticket: 7, surroundings), .check(ticket: .max, Surroundings()), .open(ticket: 0, surroundings),
        .over(ticket: 1 << 63), .ready,
    ])
    func `what is written is read again`(request: Request) throws {
        #expect(try decode(request.bytes) == request)
    }

    private static let ticket: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 9]
    private static let none: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0]
    private static let one: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 1]

    @Test(arguments: [
        ("nothing", [], Malformed.truncated), ("an unknown kind", [5], .unknownKind), ("kind 0", [0], .unknownKind),
        ("a ticket cut off", [3, 0, 0], .truncated), ("no variables", [2] + ticket, .truncated),
        ("a tail", [4, 0], .trailing), ("a tail after a ticket", [3] + ticket + [0], .trailing),
        ("more variables than there are", [2] + ticket + [0, 0, 0, 0, 0, 0, 0, 8], .badValue),
        ("an immense number of variables", [2] + ticket + [255, 255, 255, 255, 255, 255, 255, 255], .badValue),
        ("an unknown variable", [2] + ticket + one + [99] + none, .badValue),
        ("a value that is not all there", [2] + ticket + one + [6] + one, .truncated),
        ("a value longer than any", [2] + ticket + one + [6, 255, 255, 255, 255, 255, 255, 255, 255], .badValue),
        ("a value that cannot be", [2] + ticket + one + [5] + one + [65], .badValue),
        ("a variable twice", [2] + ticket + [0, 0, 0, 0, 0, 0, 0, 2, 5] + none + [5] + none, .badValue),
    ])
    func `what is not a message is refused`(what: String, bytes: [UInt8], expected: Malformed) {
        #expect(throws: expected, "\(what)") { try decode(bytes) }
    }

    private func decode(_ bytes: [UInt8]) throws -> Request {
        try bytes.withUnsafeBytes { bytes in
            var reader = PacketReader(bytes)
            let request = try Request(&reader)
            try reader.end()
            return request
        }
    }
}
