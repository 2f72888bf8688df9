/// What the network process asks of its parent. The parent believes none of it.
public enum Request: Message {
    /// Run the auth command on the credentials that come with this. The ticket comes back with the answer.
    case check(ticket: UInt64, Surroundings)
    /// Start the program behind for a session.
    case open(ticket: UInt64, Surroundings)
    /// The session of that ticket is over.
    case over(ticket: UInt64)
    /// Clients are served, by all that was sent so far.
    case ready

    /// Enough for every variable at its longest, and for credentials.
    public static let longest = 8192

    /// The limit of the checkpassword interface.
    static let longestCredentials = 512

    public var longestSecret: Int {
        switch self {
        case .check: Self.longestCredentials
        case .open, .over, .ready: 0
        }
    }

    public var carriesDescriptor: Bool { false }

    public init(_ reader: inout PacketReader) throws(Malformed) {
        switch try reader.byte() {
        case 1: self = .check(ticket: try reader.number(), try Surroundings(&reader))
        case 2: self = .open(ticket: try reader.number(), try Surroundings(&reader))
        case 3: self = .over(ticket: try reader.number())
        case 4: self = .ready
        default: throw .unknownKind
        }
    }

    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        switch self {
        case .check(let ticket, let surroundings):
            bytes.append(1)
            bytes.append(number: ticket)
            surroundings.append(to: &bytes)
        case .open(let ticket, let surroundings):
            bytes.append(2)
            bytes.append(number: ticket)
            surroundings.append(to: &bytes)
        case .over(let ticket):
            bytes.append(3)
            bytes.append(number: ticket)
        case .ready:
            bytes.append(4)
        }
        return bytes
    }
}
