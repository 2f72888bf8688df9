import CLibc
import CheckpwdCore

/// This server's name, in its greeting and in its challenges.
public struct Hostname: Equatable, Sendable {
    public let bytes: [UInt8]

    /// - Returns: nil unless these are 1 to 255 letters, digits, dots, hyphens and underscores, or an address literal in
    ///   square brackets (RFC 5321 section 4.1.3). Anything else could end a reply's line, or a challenge.
    public init?(_ bytes: [UInt8]) {
        guard (1...255).contains(bytes.count), bytes.allSatisfy(Self.isAllowed) else { return nil }
        self.bytes = bytes
    }

    /// gethostname(2), or nil where the system's name is not one to show.
    public static var ofThisMachine: Hostname? {
        var name = [CChar](repeating: 0, count: 257)
        guard gethostname(&name, name.count - 1) == 0 else { return nil }
        return Hostname(name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) })
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default:
            [UInt8]("._-[:]").contains(byte)
        }
    }
}
