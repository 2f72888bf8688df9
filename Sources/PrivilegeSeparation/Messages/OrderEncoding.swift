extension Order {
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

    private static func identity(_ reader: inout PacketReader) throws(Malformed) -> Identity? {
        switch try reader.byte() {
        case 0: return nil
        case 1:
            let user = try reader.number(as: UInt32.self)
            let group = try reader.number(as: UInt32.self)
            let root = try reader.text(atMost: longestPath)
            return Identity(user: user, group: group, root: root.isEmpty ? nil : root)
        default: throw .badValue
        }
    }

    private static func checked(_ reader: inout PacketReader) throws(Malformed) -> Checked {
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

    private static func append(_ identity: Identity?, to bytes: inout [UInt8]) {
        guard let identity else { return bytes.append(0) }
        bytes.append(1)
        bytes.append(number: identity.user)
        bytes.append(number: identity.group)
        bytes.append(text: identity.root ?? [])
    }

    private static func append(_ checked: Checked, to bytes: inout [UInt8]) {
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
