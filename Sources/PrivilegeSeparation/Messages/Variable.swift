import CLibc
import CheckpwdCore

/// The environment variables that may differ from session to session: those of UCSPI (cr.yp.to/proto/ucspi.txt), and
/// those by which the servers of the qmail family tell what was authenticated.
public enum Variable: UInt8, CaseIterable, Sendable {
    case remoteAddress = 1, remotePort, localAddress, localPort, relayClient, authenticatedUser, authenticationMethod

    public var name: StaticString {
        switch self {
        case .remoteAddress: "TCPREMOTEIP"
        case .remotePort: "TCPREMOTEPORT"
        case .localAddress: "TCPLOCALIP"
        case .localPort: "TCPLOCALPORT"
        case .relayClient: "RELAYCLIENT"
        case .authenticatedUser: "SMTPAUTHUSER"
        case .authenticationMethod: "SMTPAUTHMETHOD"
        }
    }

    /// Whether it says who the client is. The others say what was authenticated, and only the parent sets them, by what it
    /// saw itself.
    var isOfTheConnection: Bool {
        switch self {
        case .remoteAddress, .remotePort, .localAddress, .localPort: true
        case .relayClient, .authenticatedUser, .authenticationMethod: false
        }
    }

    /// The longest value: a login of the checkpassword interface.
    static let longestValue = 512

    /// Whether a variable can have this value. Byte by byte, since the process that asks for it may be an attacker's.
    public func allows(_ value: [UInt8]) -> Bool {
        switch self {
        case .remoteAddress, .localAddress: isAddress(value)
        case .remotePort, .localPort: isPort(value)
        case .relayClient: value.isEmpty
        case .authenticatedUser:
            (1...Self.longestValue).contains(value.count) && value.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
        case .authenticationMethod: (1...20).contains(value.count) && value.allSatisfy(isOfMechanism)
        }
    }

    private func isAddress(_ value: [UInt8]) -> Bool {
        // INET6_ADDRSTRLEN, inet_ntop(3).
        value.count < 46 && !value.contains(0) && value.withCString { clibc_is_address($0) } == 1
    }

    private func isPort(_ value: [UInt8]) -> Bool {
        (1...5).contains(value.count) && value.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains)
            && value.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) } <= 65535
    }

    /// RFC 4422 section 3.1.
    private func isOfMechanism(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
            UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
