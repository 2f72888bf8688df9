import CheckpwdCore

/// One reply of the server, line ends included (RFC 5321 section 4.2), with the enhanced codes of RFC 3463 in front.
public struct Reply: Equatable, Sendable {
    public let bytes: [UInt8]

    /// - Parameter line: the reply's only line, without its end.
    init(_ line: [UInt8]) {
        bytes = line + [UInt8]("\r\n")
    }

    init(_ line: StaticString) {
        self.init([UInt8](line))
    }

    /// The one behind's own reply, line ends included.
    init(passing bytes: UnsafeRawBufferPointer) {
        self.bytes = [UInt8](bytes)
    }

    /// A reply of several lines: a hyphen after the code of each but the last (RFC 5321 section 4.2.1).
    init(code: StaticString, lines: [[UInt8]]) {
        var bytes: [UInt8] = []
        for (index, line) in lines.enumerated() {
            bytes += code
            bytes.append(UInt8(ascii: index < lines.count - 1 ? "-" : " "))
            bytes += line
            bytes += "\r\n"
        }
        self.bytes = bytes
    }
}
