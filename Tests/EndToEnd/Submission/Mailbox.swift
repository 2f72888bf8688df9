import Foundation
import TestSupport

/// A system account that mail is for, and its Maildir.
enum Mailbox {
    /// Made once, by whoever asks first.
    static let made: Void = {
        Stage.must("useradd", "--create-home", "bob")
    }()

    private static let folder = "/home/bob/Maildir/new"

    /// Waits until a message is there.
    ///
    /// - Returns: what the servers on its way wrote before it, and the message; nil where it does not come.
    static func wait(for message: Message) -> (trace: String, text: String)? {
        for _ in 0..<3000 {
            for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
                let file = FileHandle(forReadingAtPath: "\(folder)/\(name)")
                // The servers' lines are few.
                guard let top = try? file?.read(upToCount: 4096),
                    let begin = top.range(of: Data(message.mark.utf8))?.lowerBound,
                    let rest = try? file?.readToEnd() ?? Data()
                else { continue }
                let bytes = top + rest
                return (
                    String(decoding: bytes[..<begin], as: UTF8.self), String(decoding: bytes[begin...], as: UTF8.self)
                )
            }
            usleep(10_000)
        }
        return nil
    }
}
