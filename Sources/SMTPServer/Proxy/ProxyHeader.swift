import NIOCore
import ServerSupport

/// The header that a proxy sends before the client's bytes: the PROXY protocol, versions 1 and 2
/// (haproxy.org/download/2.6/doc/proxy-protocol.txt). A state machine without I/O: it takes one byte after another.
///
/// It is strict: a header that could be read in two ways is refused.
struct ProxyHeader {
    /// Whose connection the header says it is.
    enum Origin: Equatable {
        /// A client's, from `source` to `destination`.
        case client(source: SocketAddress, destination: SocketAddress)
        /// The proxy's own, or a client's without an IP address: what the socket says holds.
        case proxy
    }

    /// Why a header is refused. The words are the log's, and stay the same.
    enum Fault: String, CaseIterable {
        /// The first bytes begin no header.
        case noHeader = "no-header"
        /// Version 1: the line does not end with CR and LF, or has one of them elsewhere.
        case badLineEnd = "bad-line-end"
        /// Version 1: not TCP4, TCP6 or UNKNOWN.
        case badProtocol = "bad-protocol"
        /// Version 1: not four fields, separated by one blank each.
        case badFields = "bad-fields"
        /// Not an address of the family, or one that no client has.
        case badAddress = "bad-address"
        /// Version 1: not a decimal number from 0 to 65535.
        case badPort = "bad-port"
        /// More than 107 bytes in version 1, or more than 2,048 after the first 16 in version 2.
        case tooLong = "too-long"
        /// Version 2: neither the length of the addresses nor more.
        case tooShort = "too-short"
        case badVersion = "bad-version"
        case badCommand = "bad-command"
        /// Version 2: neither TCP nor a Unix socket.
        case badFamily = "bad-family"
        /// A loopback address, by a proxy that is not on this machine.
        case loopbackSource = "loopback-source"
        /// The proxy closed the connection in the middle.
        case incomplete
        /// The header was not there in time.
        case timeout
    }

    enum Step: Equatable {
        case more
        case done(Origin)
        case refused(Fault)
    }

    /// Section 2.1: the longest line, CR and LF included.
    static let longestLine = 107
    /// Of what follows the first 16 bytes of version 2. Addresses have at most 216; the rest are extensions.
    static let longestRest = 2048

    private static let keyword = Array("PROXY ".utf8)
    private static let signature: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A]
    private static let (cr, lf) = (UInt8(ascii: "\r"), UInt8(ascii: "\n"))

    private var bytes: [UInt8] = []

    /// Whether nothing has come yet.
    var isEmpty: Bool { bytes.isEmpty }

    /// Takes the next byte. After any step but `more` there is no next.
    mutating func take(_ byte: UInt8) -> Step {
        bytes.append(byte)
        return bytes[0] == Self.signature[0] ? binaryStep() : textStep()
    }

    // Version 1: a line of text.

    private func textStep() -> Step {
        let count = bytes.count
        guard count > Self.keyword.count else {
            return bytes[count - 1] == Self.keyword[count - 1] ? .more : .refused(.noHeader)
        }
        if bytes[count - 1] == Self.lf {
            return bytes[count - 2] == Self.cr ? Self.line(bytes.dropLast(2)) : .refused(.badLineEnd)
        }
        if bytes[count - 2] == Self.cr { return .refused(.badLineEnd) }
        return count < Self.longestLine ? .more : .refused(.tooLong)
    }

    private static func line(_ line: ArraySlice<UInt8>) -> Step {
        let fields = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false).dropFirst()
        guard let first = fields.first else { return .refused(.badProtocol) }
        let isIPv6: Bool
        switch String(decoding: first, as: UTF8.self) {
        // Section 2.1: what follows is to be ignored.
        case "UNKNOWN": return .done(.proxy)
        case "TCP4": isIPv6 = false
        case "TCP6": isIPv6 = true
        default: return .refused(.badProtocol)
        }
        let values = Array(fields.dropFirst())
        guard values.count == 4 else { return .refused(.badFields) }
        guard let sourcePort = port(values[2]), let destinationPort = port(values[3]) else { return .refused(.badPort) }
        guard let source = address(values[0], isIPv6: isIPv6, port: sourcePort),
            let destination = address(values[1], isIPv6: isIPv6, port: destinationPort)
        else { return .refused(.badAddress) }
        return client(source, destination)
    }

    /// - Returns: nil unless this is a number from 0 to 65535, without leading zeros.
    private static func port(_ digits: ArraySlice<UInt8>) -> Int? {
        guard (1...5).contains(digits.count), digits.count == 1 || digits.first != UInt8(ascii: "0") else { return nil }
        var number = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            number = number * 10 + Int(digit - UInt8(ascii: "0"))
        }
        return number <= 65535 ? number : nil
    }

    private static func address(_ text: ArraySlice<UInt8>, isIPv6: Bool, port: Int) -> SocketAddress? {
        let address = IPAddress.socketAddress(text, port: port)
        switch address {
        case .v4 where !isIPv6, .v6 where isIPv6: return address
        default: return nil
        }
    }

    // Version 2: binary.

    private func binaryStep() -> Step {
        let count = bytes.count
        switch count {
        case ...Self.signature.count:
            return bytes[count - 1] == Self.signature[count - 1] ? .more : .refused(.noHeader)
        case 13:
            guard bytes[12] >> 4 == 2 else { return .refused(.badVersion) }
            return bytes[12] & 0xF <= 1 ? .more : .refused(.badCommand)
        case 14:
            return isLocal || Self.lengths[bytes[13]] != nil ? .more : .refused(.badFamily)
        case 15:
            return .more
        case 16:
            guard length <= Self.longestRest else { return .refused(.tooLong) }
            guard isLocal || length >= Self.lengths[bytes[13], default: 0] else { return .refused(.tooShort) }
        default:
            break
        }
        return count == 16 + length ? addresses() : .more
    }

    /// How many bytes the addresses have at least, by family and transport: unspecified, TCP over IPv4 and IPv6, and a
    /// Unix socket of a stream.
    private static let lengths: [UInt8: Int] = [0x00: 0, 0x11: 12, 0x21: 36, 0x31: 216]

    /// The command LOCAL: the proxy itself connects, to see whether we answer. The rest is to be ignored.
    private var isLocal: Bool { bytes[12] & 0xF == 0 }

    private var length: Int { Int(bytes[14]) << 8 | Int(bytes[15]) }

    private func addresses() -> Step {
        let size: Int
        switch bytes[13] {
        case 0x11 where !isLocal: size = 4
        case 0x21 where !isLocal: size = 16
        default: return .done(.proxy)
        }
        let ports = 16 + 2 * size
        func end(_ start: Int, _ port: Int) -> SocketAddress? {
            try? SocketAddress(
                packedIPAddress: ByteBuffer(bytes: bytes[start..<start + size]),
                port: Int(bytes[port]) << 8 | Int(bytes[port + 1]))
        }
        guard let source = end(16, ports), let destination = end(16 + size, ports + 2) else { return .refused(.badAddress) }
        return Self.client(source, destination)
    }

    private static func client(_ source: SocketAddress, _ destination: SocketAddress) -> Step {
        guard let address = IPAddress(source), !address.isOfNoHost else { return .refused(.badAddress) }
        return .done(.client(source: source, destination: destination))
    }
}
