import CheckpwdCore
import PrivilegeSeparation
import SASL

/// The mechanisms that are offered, and why. A client that finds CRAM-MD5 offered takes it, and does not fall back to a
/// password if it fails: so it is offered only if logins by it can succeed.
public struct MechanismOffer: Equatable, Sendable {
    public enum Reason: Equatable, Sendable {
        /// `--mechanisms` names them.
        case named
        /// The auth command lists the mechanisms that it can check, CRAM-MD5 among them.
        case listed
        /// The auth command does not list CRAM-MD5: no login has a secret, or its options leave it out.
        case notListed
        /// The auth command should have listed them, and did not.
        case unanswered(MechanismListing)
        /// The auth command has no way to list them.
        case unknown

        /// The log's word for it, which stays the same.
        public var word: StaticString {
            switch self {
            case .named: "named-by-option"
            case .listed: "listed-by-auth-command"
            case .notListed: "cram-md5-not-listed-by-auth-command"
            case .unanswered: "auth-command-lists-nothing"
            case .unknown: "cram-md5-not-asked-for"
            }
        }

        /// One of each kind, for what compares them with the manual.
        public static let everyKind: [Reason] = [.named, .listed, .notListed, .unanswered(.timedOut), .unknown]
    }

    public let mechanisms: [Mechanism]
    public let reason: Reason

    /// - Parameters:
    ///   - named: those of `--mechanisms`; nil if it is not given.
    ///   - listing: the auth command's list; nil if it was not asked.
    public init(named: [Mechanism]?, listing: MechanismListing?) {
        let passwords = Mechanism.allCases.filter { $0 != .cramMD5 }
        switch (named, listing) {
        case (let named?, _): (mechanisms, reason) = (named, .named)
        case (nil, nil): (mechanisms, reason) = (passwords, .unknown)
        case (nil, .listed(let names)?):
            let isListed = names.contains { Mechanism(name: $0) == .cramMD5 }
            (mechanisms, reason) = isListed ? (Mechanism.allCases, .listed) : (passwords, .notListed)
        case (nil, let failure?): (mechanisms, reason) = (passwords, .unanswered(failure))
        }
    }

    /// The names for the network process.
    public var names: [UInt8] {
        Array(mechanisms.map { [UInt8]($0.name) }.joined(separator: [UInt8(ascii: ",")]))
    }

    /// The mechanisms of names joined by commas.
    public static func mechanisms(of names: [UInt8]) -> [Mechanism] {
        names.split(separator: UInt8(ascii: ",")).compactMap { Mechanism(name: $0) }
    }

    /// Whether the administrator should look into it.
    public var isFault: Bool {
        if case .unanswered = reason { true } else { false }
    }

    /// Keys in this order: offered, reason, and, if the auth command did not list them, status or errno, and its words.
    public var line: LogLine {
        var line = LogLine()
        line.add("offered", names)
        line.add("reason", reason.word)
        if case .unanswered(let listing) = reason {
            switch listing {
            case .listed: break
            case .failed(let status, let words):
                line.add("status", [UInt8](decimal: status))
                if !words.isEmpty { line.add("text", words) }
            case .cannotStart(let errno): line.add("errno", [UInt8](decimal: errno))
            case .timedOut: line.add("text", "no answer in time")
            }
        }
        return line
    }
}
