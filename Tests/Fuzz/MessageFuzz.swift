import CheckpwdCore
@testable import PrivilegeSeparation

/// A message that is understood is the one that it would be written as, and nothing in it reaches an environment that does
/// not belong there.
enum MessageFuzz {
    static func check(_ bytes: [UInt8]) throws {
        guard let direction = bytes.first else { return }
        let message = Array(bytes.dropFirst())
        if direction == 0 {
            guard let message = try read(NetworkMessage.self, message) else { return }
            switch message {
            case .check(_, _, let connection), .open(_, _, let connection): try check(connection)
            case .over, .ready, .forget: break
            }
        } else {
            _ = try read(ParentMessage.self, message)
        }
    }

    /// - Returns: the message, where the bytes are one; with its secret they are all of it.
    private static func read<Content: Message>(_: Content.Type, _ bytes: [UInt8]) throws -> Content? {
        try bytes.withUnsafeBytes { buffer in
            var reader = PacketReader(buffer)
            guard let message = try? Content(&reader) else { return nil }
            var secretCount = 0
            if message.longestSecret > 0 {
                guard let count = try? reader.secret(atMost: message.longestSecret).count else { return nil }
                try require((1...message.longestSecret).contains(count), "a secret of \(count) bytes")
                secretCount = count
            }
            guard (try? reader.end()) != nil else { return nil }
            let again = message.bytes
            try require(again.count == bytes.count - secretCount, "\(bytes.count) bytes are written as \(again.count)")
            try again.withUnsafeBytes { again in
                var reader = PacketReader(again)
                try require(try Content(&reader) == message, "another message is read than was written")
            }
            return message
        }
    }

    private static func check(_ connection: ConnectionEnvironment) throws {
        let names = Set(Variable.allCases.map { "\($0.name)" })
        for entry in connection.entries {
            try require(entry.allSatisfy { $0 >= 0x20 && $0 != 0x7F }, "a control byte in an environment")
            let name = String(decoding: entry.prefix { $0 != UInt8(ascii: "=") }, as: UTF8.self)
            try require(names.contains(name), "a variable of another name: \(name)")
            try require(name.hasPrefix("TCP"), "a variable that is the parent's alone: \(name)")
        }
    }
}
