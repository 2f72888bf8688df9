import CLibc
import CheckpwdCore

/// What a started program is told of its session: variables of a fixed list, each with a value that it can have.
public struct ConnectionEnvironment: Equatable, Sendable {
    private var values: [Variable: [UInt8]] = [:]

    public init() {}

    /// - Throws: `badValue` for a value that the variable cannot have.
    public mutating func set(_ variable: Variable, _ value: [UInt8]) throws(Malformed) {
        guard variable.allows(value) else { throw .badValue }
        values[variable] = value
    }

    public subscript(variable: Variable) -> [UInt8]? { values[variable] }

    /// `NAME=value`, each.
    public var entries: [[UInt8]] {
        Variable.allCases.compactMap { variable in
            values[variable].map { [UInt8](variable.name) + [UInt8(ascii: "=")] + $0 }
        }
    }

    /// A count, then for each variable its number and its value. What was authenticated is not told by a message.
    func append(to bytes: inout [UInt8]) {
        let told = Variable.allCases.filter { $0.isOfTheConnection && values[$0] != nil }
        bytes.append(number: told.count)
        for variable in told {
            guard let value = values[variable] else { continue }
            bytes.append(variable.rawValue)
            bytes.append(text: value)
        }
    }

    init(_ reader: inout PacketReader) throws(Malformed) {
        let count = try reader.number()
        guard count <= UInt64(Variable.allCases.count) else { throw .badValue }
        for _ in 0..<count {
            guard let variable = Variable(rawValue: try reader.byte()), variable.isOfTheConnection, values[variable] == nil
            else { throw .badValue }
            try set(variable, try reader.text(atMost: Variable.longestValue))
        }
    }
}

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
