import CheckpwdCore
import SMTP

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
