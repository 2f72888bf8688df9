import Foundation

/// A message as hard to carry as one may be: each is another.
struct Message {
    /// What it begins with; servers write their own lines before that.
    let mark: String
    /// Its lines end with LF.
    let text: String

    static let sender = "alice@mail.example.com"
    static let recipient = "bob@mail.example.com"

    /// - Parameter size: how many bytes it has at least, as it is between servers.
    init(size: Int = 0) {
        mark = "X-Mark: \(UUID().uuidString)\n"
        let line = String(repeating: "x", count: 76)
        text = mark + Message.hard() + String(repeating: line + "\n", count: size / 78)
    }

    private static func hard() -> String {
        """
        From: Alice <\(sender)>
        To: Bob <\(recipient)>
        Subject: lines that begin with a dot
        Date: Mon, 02 Mar 2026 10:00:00 +0000
        Message-ID: <\(UUID().uuidString)@client.example.com>
        MIME-Version: 1.0
        Content-Type: text/plain; charset=utf-8
        Content-Transfer-Encoding: 8bit

        .
        ..
        .leading, and blanks at the end:  \t
        From here it is no new message.
        grüße, 好
        QUIT
        \(String(repeating: "x", count: 990))



        """
    }

    /// As it is between servers.
    var wire: [UInt8] { Array(text.replacing("\n", with: "\r\n").utf8) }
}
