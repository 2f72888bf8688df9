import CheckpwdCore
import Foundation
@testable import StoreAdministration
import TestSupport

/// What became of a file, in a form that a test can compare: an `Entry` cannot be copied.
enum Seen: Equatable, CustomStringConvertible {
    case entry(String, String, Entry.Times?, Int)
    case refused(String, Int)

    var description: String {
        switch self {
        case .entry(let login, let secret, let times, let line):
            "\(line): \(login) \(secret)" + (times.map { " \($0.created) \($0.changed)" } ?? "")
        case .refused(let reason, let line): "\(line): \(reason)"
        }
    }

    /// Reads a file to its end.
    static func all(of contents: some Sequence<UInt8>, as format: Format, literal: Bool = false) throws -> [Seen] {
        let folder = Folder()
        let descriptor = open(folder.write("file", contents), O_RDONLY)
        defer { close(descriptor) }
        var reader = EntryReader(descriptor, as: format, literal: literal)
        var all: [Seen] = []
        while let item = try reader.next() {
            switch item {
            case .entry(let entry, let line):
                all.append(.entry(Seen.latin1(entry.login.bytes), Seen.latin1(entry.secret), entry.times, line))
            case .refused(let refusal, let line): all.append(.refused(refusal.sentence.text, line))
            }
        }
        return all
    }

    /// What becomes of one line: `login secret`, `-` for nothing, or the reason why not.
    static func one(_ line: some Sequence<UInt8>, as format: Format, literal: Bool = false) throws -> String {
        let all = try all(of: line, as: format, literal: literal)
        precondition(all.count < 2)
        return switch all.first {
        case .entry(let login, let secret, nil, _): "\(login) \(secret)"
        case .entry(let login, let secret, let times?, _): "\(login) \(secret) \(times.created) \(times.changed)"
        case .refused(let reason, _): reason
        case nil: "-"
        }
    }

    /// Each byte as a character, so that nothing is lost.
    static func latin1(_ bytes: some Sequence<UInt8>) -> String {
        String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
    }

    static func latin1(_ secret: borrowing Secret) -> String { latin1(secret.withUnsafeBytes { [UInt8]($0) }) }
}

/// The line that a format has for a login and a secret, or the reason why it has none.
func written(_ login: [UInt8], _ secret: [UInt8], _ times: Entry.Times? = nil, as format: Format) -> String {
    var text = WipedText(capacity: 1)
    do throws(LineError) {
        try format.write(try Entry(LoginName(login), Secret(copying: secret), times), to: &text)
    } catch {
        return error.sentence.text
    }
    return Seen.latin1(text.withUnsafeBytes { [UInt8]($0) })
}
