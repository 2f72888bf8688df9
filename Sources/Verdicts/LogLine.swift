import ByteStrings

/// One line of `key="value"` pairs, in the order they are added.
public struct LogLine: Sendable {
    public private(set) var bytes: [UInt8] = []

    public init() {}

    /// - Parameter value: any bytes; they are escaped.
    public mutating func add(_ key: StaticString, _ value: some Sequence<UInt8>) {
        if !bytes.isEmpty { bytes.append(UInt8(ascii: " ")) }
        bytes += key
        bytes.append(UInt8(ascii: "="))
        bytes.appendQuoted(value)
    }

    public mutating func add(_ key: StaticString, _ value: StaticString) {
        add(key, [UInt8](value))
    }
}
