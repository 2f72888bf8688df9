/// One line of `key="value"` pairs, in the order they are added.
public struct LogLine: Sendable {
    public private(set) var bytes: [UInt8] = []

    public init() {}

    /// The most bytes of a value that are written; a longer one is cut there, and ends in `...`.
    public static let longestValue = 255

    /// - Parameter value: any bytes; they are escaped.
    public mutating func add(_ key: StaticString, _ value: [UInt8]) {
        let value = value.count > LogLine.longestValue ? value.prefix(LogLine.longestValue) + [UInt8]("...") : value[...]
        if !bytes.isEmpty { bytes.append(UInt8(ascii: " ")) }
        bytes += key
        bytes.append(UInt8(ascii: "="))
        bytes.appendQuoted(value)
    }

    public mutating func add(_ key: StaticString, _ value: StaticString) {
        add(key, [UInt8](value))
    }
}
