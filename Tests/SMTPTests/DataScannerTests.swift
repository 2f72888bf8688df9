@testable import SMTP
import Testing

@Suite struct DataScannerTests {
    /// Feeds a stream in pieces of one size: what is passed on, and how it ended.
    private func scan(_ stream: String, by size: Int) -> (passed: String, endReason: String) {
        var scanner = DataScanner()
        var rest = Array(stream.utf8)[...]
        var waiting: [UInt8] = []
        var passed: [UInt8] = []
        while !rest.isEmpty {
            waiting += rest.prefix(size)
            rest = rest.dropFirst(size)
            switch waiting.withUnsafeBytes({ scanner.next($0) }) {
            case .text(let count):
                passed += waiting.prefix(count)
                waiting.removeFirst(count)
            case .end(let count):
                passed += waiting.prefix(count)
                return (String(decoding: passed, as: UTF8.self), "end")
            case .bareLineEnd: return (String(decoding: passed, as: UTF8.self), "bare")
            case .nul: return (String(decoding: passed, as: UTF8.self), "nul")
            case .more: break
            }
        }
        return (String(decoding: passed, as: UTF8.self), "open")
    }

    @Test(arguments: [
        (".\r\n", "end"), ("a\r\n.\r\n", "end"), ("a\r\n.\r\nb", "end"), ("\r\n\r\n.\r\n", "end"),
        ("..\r\n.\r\n", "end"),
        ("", "open"), (".", "open"), (".\r", "open"), ("a.\r\n", "open"), ("a\r\n..\r\n", "open"),
        ("a\r\n.a\r\n", "open"),
        ("a\r\n. \r\n", "open"), ("a\r", "open"), ("\(String(repeating: "a", count: 1999))\r\n.\r\n", "end"),
        ("a\0\r\n.\r\n", "nul"), ("\0", "nul"), ("a\r\n.\0\r\n", "nul"), ("a\r\n.\r\nb\0", "end"),
        // Each of these ends a message somewhere (the smuggling of 2023), and none of them here.
        ("a\n.\n", "bare"), ("a\n.\r\n", "bare"), ("a\r\n.\n", "bare"), ("a\r.\r\n", "bare"), ("a\r\n.\r", "open"),
        ("a\r\n.\rb", "bare"), ("a\r.\rb", "bare"), ("a\r\r\n.\r\n", "bare"), ("a\r\n.\r\r\n", "bare"), ("\n", "bare"),
        ("a\rb\r\n.\r\n", "bare"), ("a\n\r\n.\r\n", "bare"),
    ])
    func `a message ends at CRLF.CRLF, however the stream is cut, and nothing passes after a bare line end or a NUL`(
        stream: String, endReason: String
    ) {
        let whole = stream.replacing(/b.*/, with: "")
        for size in [1, 2, 3, 5, 8, 13, 10_000] {
            let (passed, seen) = scan(stream, by: size)
            #expect(seen == endReason, "in pieces of \(size)")
            #expect(stream.utf8.starts(with: passed.utf8))
            if endReason == "end" { #expect(passed == whole) }
            #expect(!passed.utf8.contains(0))
            // What came before was text in each way of reading it.
            if endReason == "bare" {
                let bytes = Array(passed.utf8)
                #expect(!bytes.indices.contains { bytes[$0] == 10 && ($0 == 0 || bytes[$0 - 1] != 13) })
                #expect(!bytes.indices.contains { bytes[$0] == 13 && ($0 + 1 == bytes.count || bytes[$0 + 1] != 10) })
            }
        }
    }
}
