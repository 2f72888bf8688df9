@testable import SMTP
import Testing

@Suite("A command line")
struct CommandTests {
    static let table: [(String, Command)] = [
        ("EHLO client.example.com", .ehlo(name: 5..<23)), ("ehlo [127.0.0.1]", .ehlo(name: 5..<16)),
        ("EhLo a b", .ehlo(name: 5..<6)),
        ("EHLO", .badArguments), ("EHLO ", .badArguments), ("HELO x", .helo(name: 5..<6)), ("HELO", .badArguments),
        ("NOOP", .noop), ("noop with words", .noop), ("RSET", .rset), ("RSET x", .badArguments),
        ("QUIT", .quit), ("quit  ", .quit), ("QUIT now", .badArguments),
        ("AUTH", .badArguments), ("auth ", .badArguments), ("AUTH PLAIN a b", .badArguments),
        ("AUTH PLAIN", .auth(mechanism: 5..<10, initialResponse: nil)),
        ("AUTH PLAIN ", .auth(mechanism: 5..<10, initialResponse: nil)),
        ("auth login YQ==", .auth(mechanism: 5..<10, initialResponse: 11..<15)),
        ("auth  login  =", .auth(mechanism: 6..<11, initialResponse: 13..<14)),
        ("MAIL FROM:<a@b>", .mail(.mail)), ("rcpt TO:<a@b>", .mail(.rcpt)), ("DATA", .mail(.data)),
        ("VRFY a", .mail(.question)), ("EXPN l", .mail(.question)), ("MAIL", .badArguments), ("RCPT", .badArguments),
        ("DATA x", .badArguments), ("VRFY", .badArguments), ("HELP", .help), ("help me", .help),
        ("BDAT 1 LAST", .notSpoken), ("ETRN x", .notSpoken), ("SEND FROM:<a@b>", .notSpoken), ("TURN", .notSpoken),
        ("STARTTLS", .startTLS), ("starttls", .startTLS), ("STARTTLS x", .badArguments),
        ("", .unrecognized), (" ", .unrecognized), (" NOOP", .unrecognized), ("NOOPS", .unrecognized),
        ("NOO", .unrecognized), ("MAIL\tFROM:<a@b>", .unrecognized), ("NOOP\r", .unrecognized),
        ("NO\0OP", .unrecognized),
        ("NOOP \u{7F}", .unrecognized), ("GET / HTTP/1.1", .unrecognized), ("N\u{2F}OP", .unrecognized),
        ("\u{16}\u{3}\u{1}", .unrecognized), ("\u{e9}hlo x", .unrecognized), (".OOP", .unrecognized),
    ]

    @Test("is understood by its first word, in upper or lower case", arguments: table)
    func parse(line: String, expected: Command) {
        let command = Array(line.utf8).withUnsafeBytes { Command($0) }
        #expect(command == expected)
    }
}
