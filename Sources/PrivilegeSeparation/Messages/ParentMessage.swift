/// What the parent tells the network process.
public enum ParentMessage: Message {
    /// What a listening socket is for.
    public enum Purpose: UInt8, Sendable {
        case mail = 1, metrics
    }

    /// Take connections from the socket that comes with this.
    case listen(Purpose)
    /// The file of `--sender-map` comes with this, open.
    case senderMap
    /// A certificate with its chain, as PEM; its key comes with this. Further ones of the same server may follow; together they
    /// stand instead of those sent before.
    case certificate([UInt8], isLast: Bool)
    /// All that is needed was sent: become this, and serve. Nil: stay who you are.
    case begin(NetworkIdentity?)
    /// What came of a check.
    case checked(ticket: UInt64, CheckResult)
    /// The backend program runs; the socket that comes with this leads to it.
    case opened(ticket: UInt64)
    /// It could not be started, with this errno(3).
    case notOpened(ticket: UInt64, errno: Int32)
    /// Offer these SASL mechanisms, by their names joined by commas, from the next session on.
    case mechanisms([UInt8])
    /// Ask the backend for its offer once more, then say that you are ready.
    case reload
    /// Take no more connections, let sessions finish, then end.
    case drain

    /// The longest chain of certificates, and the longest key.
    public static let longestCertificate = 96 * 1024
    public static let longestKey = 16 * 1024
    public static let longest = longestCertificate + longestKey + 64
    /// PATH_MAX of Linux.
    static let longestPath = 4096
    /// All names of mechanisms together are shorter.
    static let longestNames = 256

    public var longestSecret: Int {
        if case .certificate = self { Self.longestKey } else { 0 }
    }

    public var carriesDescriptor: Bool {
        switch self {
        case .listen, .senderMap, .opened: true
        case .certificate, .begin, .checked, .notOpened, .mechanisms, .reload, .drain: false
        }
    }
}

extension ParentMessage {
    public init(_ reader: inout PacketReader) throws(Malformed) {
        switch try reader.byte() {
        case 1:
            guard let purpose = Purpose(rawValue: try reader.byte()) else { throw .badValue }
            self = .listen(purpose)
        case 2: self = .senderMap
        case 3:
            let chain = try reader.text(atMost: Self.longestCertificate)
            self = .certificate(chain, isLast: try Self.truth(&reader))
        case 4: self = .begin(try Self.identity(&reader))
        case 5: self = .checked(ticket: try reader.number(), try Self.checked(&reader))
        case 6: self = .opened(ticket: try reader.number())
        case 7: self = .notOpened(ticket: try reader.number(), errno: try reader.number(as: Int32.self))
        case 8: self = .reload
        case 9: self = .drain
        case 20: self = .mechanisms(try reader.text(atMost: Self.longestNames))
        default: throw .unknownKind
        }
    }

    private static func truth(_ reader: inout PacketReader) throws(Malformed) -> Bool {
        switch try reader.byte() {
        case 0: return false
        case 1: return true
        default: throw .badValue
        }
    }

    private static func identity(_ reader: inout PacketReader) throws(Malformed) -> NetworkIdentity? {
        switch try reader.byte() {
        case 0: return nil
        case 1:
            let user = try reader.number(as: UInt32.self)
            let group = try reader.number(as: UInt32.self)
            let root = try reader.text(atMost: longestPath)
            return NetworkIdentity(user: user, group: group, root: root.isEmpty ? nil : root)
        default: throw .badValue
        }
    }

    private static func checked(_ reader: inout PacketReader) throws(Malformed) -> CheckResult {
        switch try reader.byte() {
        case 1: .ended(try reader.number(as: Int32.self))
        case 2: .cannotStart(try reader.number(as: Int32.self))
        case 3: .timedOut
        case 4: .busy
        default: throw .badValue
        }
    }

    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        switch self {
        case .listen(let purpose): bytes = [1, purpose.rawValue]
        case .senderMap: bytes = [2]
        case .certificate(let chain, let isLast):
            bytes = [3]
            bytes.append(text: chain)
            bytes.append(isLast ? 1 : 0)
        case .begin(let identity):
            bytes = [4]
            Self.append(identity, to: &bytes)
        case .checked(let ticket, let checked):
            bytes = [5]
            bytes.append(number: ticket)
            Self.append(checked, to: &bytes)
        case .opened(let ticket):
            bytes = [6]
            bytes.append(number: ticket)
        case .notOpened(let ticket, let errno):
            bytes = [7]
            bytes.append(number: ticket)
            bytes.append(number: errno)
        case .mechanisms(let names):
            bytes = [20]
            bytes.append(text: names)
        case .reload: bytes = [8]
        case .drain: bytes = [9]
        }
        return bytes
    }

    private static func append(_ identity: NetworkIdentity?, to bytes: inout [UInt8]) {
        guard let identity else { return bytes.append(0) }
        bytes.append(1)
        bytes.append(number: identity.user)
        bytes.append(number: identity.group)
        bytes.append(text: identity.root ?? [])
    }

    private static func append(_ checked: CheckResult, to bytes: inout [UInt8]) {
        switch checked {
        case .ended(let status):
            bytes.append(1)
            bytes.append(number: status)
        case .cannotStart(let errno):
            bytes.append(2)
            bytes.append(number: errno)
        case .timedOut: bytes.append(3)
        case .busy: bytes.append(4)
        }
    }
}

/// What came of running the auth command.
public enum CheckResult: Equatable, Sendable {
    /// It ended with this status: 128 plus the signal where one killed it, -1 where nobody knows.
    case ended(Int32)
    /// It, or what it needs, could not be had, with this errno(3).
    case cannotStart(Int32)
    /// It did not end in time, and was killed.
    case timedOut
    /// Too many wait for their turn already, or it did not come in time.
    case busy
}
