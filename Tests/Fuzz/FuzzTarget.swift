import StoreAdministration

/// Something that reads bytes from outside, and what must hold whatever they are.
enum FuzzTarget: String, CaseIterable, Sendable {
    /// Descriptor 3.
    case request
    /// What a resident is asked about one login.
    case packet
    case base64
    /// A client's answer in a SASL exchange: the first byte chooses the exchange.
    case exchange
    /// What an SMTP client sends: the first byte is the size of the pieces in which it arrives.
    case smtp
    /// A record of the side store.
    case record
    case keyFile = "key-file"
    /// A file of /etc/pam.d, and one that it takes in.
    case pamConfiguration = "pam-configuration"
    /// A file of secrets, in each of the formats.
    case colon, authuser, chap
    case passwdFile = "passwd-file"
    case jsonLines = "jsonl"
    /// What passes between smtp-auth's two processes: the first byte says in which direction.
    case message
    /// The header that a proxy sends before the client's bytes.
    case proxy

    /// The most bytes that are tried.
    var limit: Int {
        switch self {
        case .request, .packet, .base64, .exchange, .record: 600
        // A line may have 12,288 octets, and one more is too many.
        case .smtp: 16384
        case .keyFile, .pamConfiguration: 2048
        case .colon, .authuser, .chap, .passwdFile, .jsonLines: 2048
        case .message: 8192
        // The longest header has 2,064 bytes.
        case .proxy: 2100
        }
    }

    /// - Throws: `Violation` where something does not hold.
    func check(_ bytes: [UInt8]) throws {
        switch self {
        case .request: try RequestFuzz.check(bytes)
        case .packet: try PacketFuzz.check(bytes)
        case .base64: try Base64Fuzz.check(bytes)
        case .exchange: try ExchangeFuzz.check(bytes)
        case .smtp: try SMTPFuzz.check(bytes)
        case .record: try RecordFuzz.check(bytes)
        case .keyFile: try KeyFileFuzz.check(bytes)
        case .pamConfiguration: try PAMConfigurationFuzz.check(bytes)
        case .colon, .authuser, .chap, .passwdFile, .jsonLines:
            // Their names are the formats'.
            try InterchangeFuzz.check(bytes, as: Format(rawValue: rawValue)!)
        case .message: try MessageFuzz.check(bytes)
        case .proxy: try ProxyHeaderFuzz.check(bytes)
        }
    }
}

/// What should hold and does not.
struct Violation: Error, CustomStringConvertible {
    let description: String
}

/// Like `#expect`, where there is no test.
func require(_ holds: Bool, _ what: @autoclosure () -> String) throws {
    guard holds else { throw Violation(description: what()) }
}
