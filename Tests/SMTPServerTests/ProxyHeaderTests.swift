import NIOCore
@testable import SMTPServer
@testable import ServerSupport
import Testing

/// The header of the PROXY protocol, byte by byte.
@Suite struct ProxyHeaderTests {
    /// What a header says, as text: the two ends, `proxy`, or why it is refused; nothing while it is not complete.
    private static func read(_ bytes: [UInt8]) -> (says: String, rest: Int) {
        var header = ProxyHeader()
        for (number, byte) in bytes.enumerated() {
            let rest = bytes.count - number - 1
            switch header.take(byte) {
            case .more: continue
            case .refused(let fault): return (fault.rawValue, rest)
            case .done(.proxy): return ("proxy", rest)
            case .done(.client(let source, let destination)):
                let ends = [source, destination].map { end in
                    let end = Client.End(end)
                    return "\(String(decoding: end.address, as: UTF8.self)) \(end.port ?? 0)"
                }
                return (ends.joined(separator: ", "), rest)
            }
        }
        return ("", 0)
    }

    @Test(arguments: [
        ("PROXY TCP4 192.0.2.7 192.0.2.1 40000 587\r\n", "192.0.2.7 40000, 192.0.2.1 587"),
        ("PROXY TCP4 192.0.2.7 192.0.2.1 0 65535\r\n", "192.0.2.7 0, 192.0.2.1 65535"),
        ("PROXY TCP6 2001:db8::7 2001:DB8::1 40000 587\r\n", "2001:db8::7 40000, 2001:db8::1 587"),
        ("PROXY TCP6 ::ffff:192.0.2.7 2001:db8::1 40000 587\r\n", "192.0.2.7 40000, 2001:db8::1 587"),
        ("PROXY UNKNOWN\r\n", "proxy"),
        ("PROXY UNKNOWN ffff::1 anything 1 2 3\r\n", "proxy"),
        // The longest there may be, and one byte more.
        ("PROXY UNKNOWN" + String(repeating: " ", count: 92) + "\r\n", "proxy"),
        ("PROXY UNKNOWN" + String(repeating: " ", count: 93) + "\r\n", "too-long"),
        ("PROXY UNKNOWN" + String(repeating: " ", count: 500), "too-long"),
        ("PROXY TCP4 192.0.2.7 192.0.2.1 40000 587", ""),
        ("", ""),
        ("EHLO client\r\n", "no-header"),
        ("proxy TCP4 192.0.2.7 192.0.2.1 40000 587\r\n", "no-header"),
        ("PROXY\r\n", "no-header"),
        ("PROXY\tTCP4 192.0.2.7 192.0.2.1 40000 587\r\n", "no-header"),
        ("\u{16}\u{03}\u{01}", "no-header"),
        ("PROXY TCP4 192.0.2.7 192.0.2.1 40000 587\n", "bad-line-end"),
        ("PROXY TCP4 192.0.2.7 192.0.2.1 40000 587\r\r\n", "bad-line-end"),
        ("PROXY TCP4 192.0.2.7\r192.0.2.1 40000 587\r\n", "bad-line-end"),
        ("PROXY UNKNOWN\nPROXY UNKNOWN\r\n", "bad-line-end"),
        ("PROXY \r\n", "bad-protocol"),
        ("PROXY  TCP4 192.0.2.7 192.0.2.1 40000 587\r\n", "bad-protocol"),
        ("PROXY tcp4 192.0.2.7 192.0.2.1 40000 587\r\n", "bad-protocol"),
        ("PROXY UNKNOWNS\r\n", "bad-protocol"),
        ("PROXY UDP4 192.0.2.7 192.0.2.1 40000 587\r\n", "bad-protocol"),
        ("PROXY TCP4\r\n", "bad-fields"),
        ("PROXY TCP4 192.0.2.7 192.0.2.1 40000\r\n", "bad-fields"),
        ("PROXY TCP4 192.0.2.7 192.0.2.1 40000 587 \r\n", "bad-fields"),
        ("PROXY TCP4 192.0.2.7  192.0.2.1 40000 587\r\n", "bad-fields"),
        ("PROXY TCP4 192.0.2.7 192.0.2.1 40000 587 1\r\n", "bad-fields"),
        ("PROXY TCP4 192.0.2.7 192.0.2.1 65536 587\r\n", "bad-port"),
        ("PROXY TCP4 192.0.2.7 192.0.2.1 040000 587\r\n", "bad-port"),
        ("PROXY TCP4 192.0.2.7 192.0.2.1 00 587\r\n", "bad-port"),
        ("PROXY TCP4 192.0.2.7 192.0.2.1 +1 587\r\n", "bad-port"),
        ("PROXY TCP4 192.0.2.7 192.0.2.1 0x1 587\r\n", "bad-port"),
        ("PROXY TCP4 192.0.2.7 192.0.2.1 99999999999999999999 587\r\n", "bad-port"),
        ("PROXY TCP4 192.0.2.07 192.0.2.1 40000 587\r\n", "bad-address"),
        ("PROXY TCP4 192.0.2 192.0.2.1 40000 587\r\n", "bad-address"),
        ("PROXY TCP4 3221225991 192.0.2.1 40000 587\r\n", "bad-address"),
        ("PROXY TCP4 2001:db8::7 2001:db8::1 40000 587\r\n", "bad-address"),
        ("PROXY TCP6 192.0.2.7 192.0.2.1 40000 587\r\n", "bad-address"),
        ("PROXY TCP6 fe80::7%eth0 2001:db8::1 40000 587\r\n", "bad-address"),
        ("PROXY TCP6 fe80::7%lo 2001:db8::1 40000 587\r\n", "bad-address"),
        ("PROXY TCP4 localhost 192.0.2.1 40000 587\r\n", "bad-address"),
        ("PROXY TCP4 192.0.2.7\0 192.0.2.1 40000 587\r\n", "bad-address"),
        ("PROXY TCP4 0.0.0.0 192.0.2.1 40000 587\r\n", "bad-address"),
        ("PROXY TCP4 255.255.255.255 192.0.2.1 40000 587\r\n", "bad-address"),
        ("PROXY TCP4 224.0.0.1 192.0.2.1 40000 587\r\n", "bad-address"),
        ("PROXY TCP6 :: 2001:db8::1 40000 587\r\n", "bad-address"),
        ("PROXY TCP6 ff02::1 2001:db8::1 40000 587\r\n", "bad-address"),
        ("PROXY TCP6 ::ffff:0.0.0.0 2001:db8::1 40000 587\r\n", "bad-address"),
    ])
    func `PROXY protocol version 1 is read strictly`(line: String, says: String) {
        #expect(Self.read(Array(line.utf8)).says == says)
    }

    private static let ipv4: [UInt8] = [192, 0, 2, 7, 192, 0, 2, 1, 0x9C, 0x40, 0x02, 0x4B]
    private static let ipv6: [UInt8] =
        [0x20, 0x01, 0x0D, 0xB8] + zeros(11) + [7] + [0x20, 0x01, 0x0D, 0xB8] + zeros(11) + [1] + ipv4.suffix(4)
    private static let mapped: [UInt8] =
        zeros(10) + [0xFF, 0xFF, 192, 0, 2, 7] + zeros(10) + [0xFF, 0xFF, 192, 0, 2, 1] + ipv4.suffix(4)

    private static func zeros(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }

    /// Version and command, family and transport, and what follows, whose length may be said wrongly.
    struct Binary: Sendable, CustomTestStringConvertible {
        let command, family: UInt8
        var rest: [UInt8]
        var length: Int?
        let says: String

        var bytes: [UInt8] {
            let length = length ?? rest.count
            return Array("\r\n\r\n\0\r\nQUIT\n".utf8) + [command, family, UInt8(length >> 8), UInt8(length & 0xFF)] + rest
        }

        var testDescription: String { "\(command) \(family) \(rest.count) \(length ?? rest.count): \(says)" }
    }

    static let binaries = [
        Binary(command: 0x21, family: 0x11, rest: ipv4, says: "192.0.2.7 40000, 192.0.2.1 587"),
        Binary(command: 0x21, family: 0x21, rest: ipv6, says: "2001:db8::7 40000, 2001:db8::1 587"),
        Binary(command: 0x21, family: 0x21, rest: mapped, says: "192.0.2.7 40000, 192.0.2.1 587"),
        // Extensions are skipped.
        Binary(command: 0x21, family: 0x11, rest: ipv4 + [0x04, 0, 3, 0, 0, 0], says: "192.0.2.7 40000, 192.0.2.1 587"),
        Binary(command: 0x21, family: 0x11, rest: ipv4 + zeros(2036), says: "192.0.2.7 40000, 192.0.2.1 587"),
        Binary(command: 0x21, family: 0x11, rest: ipv4 + zeros(2037), says: "too-long"),
        Binary(command: 0x20, family: 0x00, rest: [], length: 0xFFFF, says: "too-long"),
        Binary(command: 0x21, family: 0x11, rest: ipv4, length: 13, says: ""),
        Binary(command: 0x21, family: 0x00, rest: [], says: "proxy"),
        Binary(command: 0x21, family: 0x31, rest: zeros(216), says: "proxy"),
        Binary(command: 0x21, family: 0x31, rest: zeros(215), says: "too-short"),
        Binary(command: 0x20, family: 0x00, rest: [], says: "proxy"),
        Binary(command: 0x20, family: 0x11, rest: ipv4, says: "proxy"),
        Binary(command: 0x20, family: 0xFF, rest: zeros(3), says: "proxy"),
        Binary(command: 0x21, family: 0x11, rest: zeros(11), says: "too-short"),
        Binary(command: 0x21, family: 0x21, rest: ipv4, says: "too-short"),
        Binary(command: 0x11, family: 0x11, rest: ipv4, says: "bad-version"),
        Binary(command: 0x31, family: 0x11, rest: ipv4, says: "bad-version"),
        Binary(command: 0x22, family: 0x11, rest: ipv4, says: "bad-command"),
        Binary(command: 0x21, family: 0x12, rest: ipv4, says: "bad-family"),
        Binary(command: 0x21, family: 0x10, rest: ipv4, says: "bad-family"),
        Binary(command: 0x21, family: 0x41, rest: ipv4, says: "bad-family"),
        Binary(command: 0x21, family: 0x11, rest: zeros(4) + ipv4.suffix(8), says: "bad-address"),
        Binary(command: 0x21, family: 0x21, rest: [0xFF] + ipv6.dropFirst(), says: "bad-address"),
    ]

    @Test(arguments: binaries)
    func `PROXY protocol version 2 is read strictly`(binary: Binary) {
        #expect(Self.read(binary.bytes).says == binary.says)
    }

    @Test func `a damaged signature of PROXY protocol version 2 is not a header`() {
        let good = Self.binaries[0].bytes
        for number in 1..<12 {
            var bytes = good
            bytes[number] ^= 1
            #expect(Self.read(bytes).says == "no-header", "\(number)")
        }
    }

    @Test(arguments: [Array("PROXY TCP4 192.0.2.7 192.0.2.1 40000 587\r\n".utf8), binaries[0].bytes, binaries[3].bytes])
    func `a PROXY header leaves the bytes that follow to the client`(header: [UInt8]) {
        #expect(Self.read(header + Array("QUIT\r\n".utf8)).rest == 6)
        #expect(Self.read(header).rest == 0)
        for count in 0..<header.count { #expect(Self.read(Array(header[..<count])).says == "") }
    }

    @Test(arguments: [
        ("192.0.2.0/24", ["192.0.2.0", "192.0.2.255", "::ffff:192.0.2.9"], ["192.0.3.0", "2001:db8::1"]),
        ("192.0.2.5", ["192.0.2.5"], ["192.0.2.4"]),
        ("192.0.2.4/31", ["192.0.2.4", "192.0.2.5"], ["192.0.2.6", "192.0.2.3"]),
        ("0.0.0.0/0", ["127.0.0.1", "203.0.113.1"], ["::1"]),
        ("2001:db8::/32", ["2001:db8::1", "2001:db8:ffff::"], ["2001:db9::", "192.0.2.1"]),
        ("::1/128", ["::1"], ["::2", "127.0.0.1"]),
    ])
    func `a network has these addresses and not those`(network: String, these: [String], those: [String]) throws {
        let prefix = try #require(AddressPrefix(Array(network.utf8)))
        func has(_ address: String) throws -> Bool {
            prefix.contains(try #require(IPAddress(try SocketAddress(ipAddress: address, port: 1))))
        }
        for address in these { #expect(try has(address), "\(address)") }
        for address in those { #expect(try !has(address), "\(address)") }
    }

    @Test(arguments: [
        "", "/", "/8", "192.0.2.0/", "192.0.2.0/33", "192.0.2.0/024", "192.0.2.0/+8", "192.0.2.0/24/24", "192.0.2.1/24",
        "192.0.2/24", "localhost", "2001:db8::/129", "2001:db8::1/64", "[::1]", "::ffff:192.0.2.0/120", "fe80::1%lo", "10.0.0.0 /8",
    ])
    func `what is not exactly a network is refused`(text: String) {
        #expect(AddressPrefix(Array(text.utf8)) == nil)
    }
}
