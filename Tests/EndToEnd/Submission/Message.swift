import Foundation

/// A message as hard to carry as one may be: each is another.
struct Message {
    /// What it begins with; servers write their own lines before that.
    let mark: String
    /// Its lines end with LF.
    let text: String

    static let sender = "alice@mail.example.com"
    static let recipient = "bob@mail.example.com"

    init() {
        mark = "X-Mark: \(UUID().uuidString)\n"
        text =
            mark + """
                From: Alice <\(Message.sender)>
                To: Bob <\(Message.recipient)>
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
