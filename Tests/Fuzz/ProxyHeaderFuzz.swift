@testable import SMTPServer
import ServerSupport

/// The rules for a proxy's header, told once more in another way: it ends where its first bytes say, is
/// never longer than it may be, and names a client that can be one.
enum ProxyHeaderFuzz {
    static func check(_ bytes: [UInt8]) throws {
        var header = ProxyHeader()
        for (number, byte) in bytes.enumerated() {
            let taken = bytes[...number]
            switch header.take(byte) {
            case .more:
                try require(taken.count < 16 + 2048, "more than a header has")
                try require(taken[0] != UInt8(ascii: "P") || taken.count < 107, "a line without an end")
            case .refused(let fault):
                return try require(!isPlain(bytes), "refused as \(fault)")
            case .done(let origin):
                try require(taken.count == end(bytes), "another end")
                guard case .client(let source, _) = origin else { return }
                return try require(IPAddress(source)?.isOfNoHost == false, "an address that no client has")
            }
        }
    }

    /// How many bytes the header has.
    private static func end(_ bytes: [UInt8]) -> Int? {
        if bytes[0] == UInt8(ascii: "P") { return bytes.firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } }
        return 16 + Int(bytes[14]) * 256 + Int(bytes[15])
    }

    /// Whether it is of a form that must be taken.
    private static func isPlain(_ bytes: [UInt8]) -> Bool {
        bytes.starts(with: Array("PROXY UNKNOWN\r\n".utf8))
            || bytes.starts(with: Array("PROXY TCP4 192.0.2.7 192.0.2.1 40000 587\r\n".utf8))
    }
}
