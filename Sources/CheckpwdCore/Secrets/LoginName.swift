/// The name that somebody logs in with: any bytes but NUL, as they were sent.
public struct LoginName: Sendable, Equatable {
    public let bytes: [UInt8]

    public init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    public var isEmpty: Bool { bytes.isEmpty }

    /// Whether no log reader can take it for more than one word: ASCII letters, digits and `!#$%&*+-./:?@^_{|}~` only. Not
    /// among them are blanks and control bytes, `=`, quotes, `\`, brackets, `,` and `;`, and bytes from 0x80 on, of which some
    /// programs take a few for blanks (U+0085, U+00A0, U+2028).
    public var isPlain: Bool {
        bytes.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "#")...UInt8(ascii: "&"), UInt8(ascii: "*"),
                UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: ":"),
                UInt8(ascii: "!"), UInt8(ascii: "?"), UInt8(ascii: "@"), UInt8(ascii: "^"), UInt8(ascii: "_"),
                UInt8(ascii: "{")...UInt8(ascii: "~"):
                true
            default: false
            }
        }
    }

    /// Whether a byte below 0x20, or DEL, is in it.
    public var hasControlByte: Bool {
        bytes.contains { $0 < 0x20 || $0 == 0x7F }
    }
}
