import CheckpwdCore
import SASL

/// Which senders a login may use beside itself. One line a login: `login address ...`, apart by blanks or tabs; an
/// address is `user@example.com`, or `@example.com` for every user there. Lines that begin with `#` are comments, and a
/// byte-order mark before the first is dropped.
public struct SenderMap: Equatable, Sendable {
    private var senders: [[UInt8]: [[UInt8]]] = [:]
    private let loginCase: LoginCase

    /// A line that cannot be read.
    public struct BadLine: Error, Equatable {
        /// The first is 1.
        public let number: Int
        public let fault: Fault

        public enum Fault: Equatable, Sendable {
            /// A login, and nothing after it.
            case noAddress
            /// The word after the login that has no `@`.
            case notAnAddress([UInt8])
        }
    }

    /// An empty map.
    public init(_ loginCase: LoginCase = .asSent) {
        self.loginCase = loginCase
    }

    /// - Parameters:
    ///   - text: the contents of the file.
    ///   - loginCase: as it is applied to the logins of clients, so it is to those of the map. If a login's local part has no
    ///     case, a sender's has none either.
    public init(_ text: [UInt8], _ loginCase: LoginCase = .asSent) throws(BadLine) {
        self.init(loginCase)
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let lines = text.dropFirst(text.starts(with: mark) ? mark.count : 0)
            .split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() where line.first != UInt8(ascii: "#") {
            let words = line.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: "\r") }
            guard let login = words.first else { continue }
            let addresses = words.dropFirst().map { Array($0) }
            guard !addresses.isEmpty else { throw BadLine(number: index + 1, fault: .noAddress) }
            // Older maps have `<>`, which every login may use now.
            if let word = addresses.first(where: { !($0 == "<>") && !$0.contains(UInt8(ascii: "@")) }) {
                throw BadLine(number: index + 1, fault: .notAnAddress(word))
            }
            senders[loginCase.apply(to: Array(login)), default: []] += addresses
        }
    }

    /// Whether a login may use a sender's address.
    ///
    /// - Parameters:
    ///   - sender: without angle brackets; not empty.
    ///   - login: as it is used.
    func allows(_ sender: [UInt8], to login: [UInt8]) -> Bool {
        if isSame(sender, login) { return true }
        return (senders[login] ?? []).contains { entry in
            guard entry.first == UInt8(ascii: "@"), let at = sender.lastIndex(of: UInt8(ascii: "@")) else {
                return isSame(sender, entry)
            }
            return at > 0 && isSame(Array(sender[at...]), entry)
        }
    }

    /// Domains are not case-sensitive, local parts are (RFC 5321 section 2.4), unless the administrator says otherwise.
    private func isSame(_ one: [UInt8], _ other: [UInt8]) -> Bool {
        let folding: LoginCase = loginCase == .all ? .all : .domain
        return folding.apply(to: one) == folding.apply(to: other)
    }
}

extension SenderMap.BadLine {
    /// The cause for the log: `bad line in --sender-map: /etc/senders, line 3: no address after the login; ...`.
    public func cause(in file: String) -> Cause {
        let place = Array("\(file), line \(number)".utf8)
        return switch fault {
        case .noAddress:
            Cause(
                .badLineInSenderMap, about: place + [UInt8](": no address after the login"),
                remedy: "a line is a login, and addresses after it, separated by blanks")
        case .notAnAddress(let word):
            Cause(
                .badLineInSenderMap, about: place + [UInt8](": not an address: ") + word.prefix(100),
                remedy: "an address is user@example.com, or @example.com for every user there")
        }
    }
}
