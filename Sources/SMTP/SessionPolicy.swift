import CLibc
import CheckpwdCore
import SASL

/// What a session may do.
public struct SessionPolicy: Sendable {
    /// What is to become of mail.
    public enum Mail: Sendable {
        /// There is nobody to take it: this server authenticates, and that is all.
        case refused
        case passed(Passing)
    }

    /// How mail is passed on to the backend.
    public struct Passing: Sendable {
        /// What the client is offered of what the backend offers.
        public var offer: ServiceExtensions
        /// Whether the backend is told by XCLIENT who the client is. Then it must offer that.
        public var xclient = false
        /// Which senders a login may use; nil for any.
        public var senders: SenderMap?

        public init(offer: ServiceExtensions) {
            self.offer = offer.passedOn
        }
    }

    public var hostname: Hostname
    public var mail = Mail.refused
    public var mechanisms = Mechanism.allCases
    /// Whether STARTTLS is offered. A session that is encrypted from its first byte does not offer it in any case.
    public var offersTLS = false
    /// Whether PLAIN and LOGIN may be used where everybody on the way can read.
    public var allowsPlaintext = false
    /// Whether mail is taken from those only who logged in.
    public var requiresLogin = true
    /// So many failed logins end the session.
    public var failures = 3
    /// So many malformed AUTH exchanges end the session.
    public var malformedLogins = 5
    /// So many commands that we refuse end the session; a login, and a message that was taken, begin the count again.
    public var errors = 20
    /// Which letters of a login are made lower case.
    public var loginCase = LoginCase.asSent
    /// What the client waits after its first failed login; after each further one it is twice as long, up to
    /// `longestFailureDelay`.
    public var failureDelay = Duration.seconds(1)
    /// A client that waits longer takes the server for dead, and its place is kept for nobody.
    static let longestFailureDelay = Duration.seconds(30)

    public init(hostname: Hostname) {
        self.hostname = hostname
    }

    /// The mechanisms that may be used now, in the order in which they are offered.
    func mechanisms(isTLS: Bool) -> [Mechanism] {
        mechanisms.filter { isTLS || allowsPlaintext || !$0.sendsPassword }
    }
}

/// This server's name, in its greeting and in its challenges.
public struct Hostname: Equatable, Sendable {
    public let bytes: [UInt8]

    /// - Returns: nil unless these are 1 to 255 letters, digits, dots, hyphens and underscores, or an address literal in
    ///   square brackets (RFC 5321 section 4.1.3). Anything else could end a reply's line, or a challenge.
    public init?(_ bytes: [UInt8]) {
        guard (1...255).contains(bytes.count), bytes.allSatisfy(Self.isAllowed) else { return nil }
        self.bytes = bytes
    }

    /// gethostname(2), or nil where the system's name is not one to show.
    public static var ofThisMachine: Hostname? {
        var name = [CChar](repeating: 0, count: 257)
        guard gethostname(&name, name.count - 1) == 0 else { return nil }
        return Hostname(name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) })
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default:
            [UInt8]("._-[:]").contains(byte)
        }
    }
}
