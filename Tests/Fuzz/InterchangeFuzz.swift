import CheckpwdCore
import Foundation
import StoreAdministration

/// What is read from a file of secrets can be a login and a secret, and where it can be written it is read again as it was.
enum InterchangeFuzz {
    static func check(_ bytes: [UInt8], as format: Format) throws {
        let (entries, lines) = try read(bytes, format)
        // A line may go on in the next, so there may be fewer.
        try require(lines <= bytes.count { $0 == UInt8(ascii: "\n") } + 1, "more lines than there are")
        var text = WipedText()
        var expected: [Plain] = []
        for entry in entries {
            try require((1...511).contains(entry.login.count) && (1...1024).contains(entry.secret.count), "wrong length")
            try require(!(entry.login + entry.secret).contains { $0 < 0x20 || $0 == 0x7F }, "control byte")
            do throws(LineError) {
                try format.write(Entry(LoginName(entry.login), Secret(copying: entry.secret), entry.times), to: &text)
                expected.append(entry)
            } catch {
                try require(format != .jsonLines, "not written: \(error)")
            }
        }
        let again = try read(text.withUnsafeBytes { Array($0) }, format)
        try require(again.entries == expected, "read otherwise than written")
    }

    private struct Plain: Equatable {
        let login: [UInt8]
        let secret: [UInt8]
        let times: Entry.Times?
    }

    /// The entries of a file, and the number of its last line that was one or was refused.
    private static func read(_ bytes: [UInt8], _ format: Format) throws -> (entries: [Plain], lines: Int) {
        // A pipe holds more than a target's limit makes.
        var ends: [Int32] = [0, 0]
        precondition(pipe(&ends) == 0 && write(ends[1], bytes, bytes.count) == bytes.count)
        close(ends[1])
        defer { close(ends[0]) }
        var reader = EntryReader(ends[0], as: format)
        var entries: [Plain] = []
        var lines = 0
        while let item = try reader.next() {
            switch item {
            case .entry(let entry, let line):
                let secret = entry.secret.withUnsafeBytes { Array($0) }
                entries.append(Plain(login: entry.login.bytes, secret: secret, times: entry.times))
                try require(line > lines, "lines out of order")
                lines = line
            case .refused(_, let line):
                try require(line > lines, "lines out of order")
                lines = line
            }
        }
        return (entries, lines)
    }
}
