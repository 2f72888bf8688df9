/// What the parent tells the network process.
public enum Order: Message {
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
    case begin(Identity?)
    /// What came of a check.
    case checked(ticket: UInt64, Checked)
    /// The program behind runs; the socket that comes with this leads to it.
    case opened(ticket: UInt64)
    /// It could not be started, with this errno(3).
    case notOpened(ticket: UInt64, errno: Int32)
    /// Offer these SASL mechanisms, by their names joined by commas, from the next session on.
    case mechanisms([UInt8])
    /// Ask what is behind for its offer once more, then say that you are ready.
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
