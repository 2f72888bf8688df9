/// The name that somebody logs in with: any bytes but NUL, as they were sent.
public struct Login: Sendable, Equatable {
    public let bytes: [UInt8]

    public init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    public var isEmpty: Bool { bytes.isEmpty }

    /// Whether a byte below 0x20, or DEL, is in it.
    public var hasControlByte: Bool {
        bytes.contains { $0 < 0x20 || $0 == 0x7F }
    }
}
