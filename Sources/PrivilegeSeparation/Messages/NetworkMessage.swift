/// What the network process asks of its parent. The parent believes none of it.
public enum NetworkMessage: Message {
    /// Run the auth command on the credentials that come with this. The ticket comes back with the answer. The method is
    /// the name of the mechanism.
    case check(ticket: UInt64, method: [UInt8], ConnectionEnvironment)
    /// Nobody waits for what comes of that check any more, nor relies on what came of it.
    case forget(ticket: UInt64)
    /// Start the backend program for a session; where the client has logged in, `login` is the ticket of the check that
    /// said so.
    case open(ticket: UInt64, login: UInt64?, ConnectionEnvironment)
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
        case .forget, .open, .over, .ready: 0
        }
    }

    public var carriesDescriptor: Bool { false }

    public init(_ reader: inout PacketReader) throws(Malformed) {
        switch try reader.byte() {
        case 1:
            let ticket = try reader.number()
            self = .check(ticket: ticket, method: try Self.method(&reader), try ConnectionEnvironment(&reader))
        case 2:
            let ticket = try reader.number()
            self = .open(ticket: ticket, login: try Self.login(&reader), try ConnectionEnvironment(&reader))
        case 3: self = .over(ticket: try reader.number())
        case 4: self = .ready
        case 5: self = .forget(ticket: try reader.number())
        default: throw .unknownKind
        }
    }

    private static func method(_ reader: inout PacketReader) throws(Malformed) -> [UInt8] {
        let method = try reader.text(atMost: Variable.longestValue)
        guard Variable.authenticationMethod.allows(method) else { throw .badValue }
        return method
    }

    private static func login(_ reader: inout PacketReader) throws(Malformed) -> UInt64? {
        switch try reader.byte() {
        case 0: nil
        case 1: try reader.number()
        default: throw .badValue
        }
    }

    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        switch self {
        case .check(let ticket, let method, let connection):
            bytes.append(1)
            bytes.append(number: ticket)
            bytes.append(text: method)
            connection.append(to: &bytes)
        case .open(let ticket, let login, let connection):
            bytes.append(2)
            bytes.append(number: ticket)
            bytes.append(login == nil ? 0 : 1)
            if let login { bytes.append(number: login) }
            connection.append(to: &bytes)
        case .over(let ticket):
            bytes.append(3)
            bytes.append(number: ticket)
        case .ready:
            bytes.append(4)
        case .forget(let ticket):
            bytes.append(5)
            bytes.append(number: ticket)
        }
        return bytes
    }
}
