@testable import SMTP
import Testing

@Suite struct ReplyScannerTests {
    @Test(
        arguments: [
            ("250 ok\r\n", .reply(code: 250, count: 8)), ("250\r\n", .reply(code: 250, count: 5)),
            ("250-a\r\n250 b\r\n", .reply(code: 250, count: 14)), ("250-a\r\n250\r\n", .reply(code: 250, count: 12)),
            ("250 a\r\n250 b\r\n", .reply(code: 250, count: 7)), ("354 \t\u{e9}\r\n", .reply(code: 354, count: 9)),
            ("", .more), ("250 ok", .more), ("250 ok\r", .more), ("250-a\r\n", .more), ("250-a\r\n250-b\r\n25", .more),
            ("250 ok\n", .nonsense), ("25\r\n", .nonsense), ("2500 ok\r\n", .nonsense), ("ok\r\n", .nonsense),
            ("\r\n", .nonsense), ("250-a\r\n251 b\r\n", .nonsense), ("250 a\rb\r\n", .nonsense),
            ("250 \0\r\n", .nonsense),
            ("150 a\r\n", .nonsense), ("600 a\r\n", .nonsense), ("260 a\r\n", .reply(code: 260, count: 7)),
            ("250 \u{1b}[2J\r\n", .nonsense),
        ] as [(String, ReplyScanner.Found)])
    func `a reply is found where it is whole, and nonsense is seen to be that`(
        bytes: String, expected: ReplyScanner.Found
    ) {
        #expect(Array(bytes.utf8).withUnsafeBytes { ReplyScanner.next($0) } == expected)
    }

    @Test func `a reply without end is nonsense`() {
        let endless = Array(repeating: Array("250-a\r\n".utf8), count: 10_000).flatMap { $0 }
        #expect(endless.withUnsafeBytes { ReplyScanner.next($0) } == .nonsense)
    }
}
