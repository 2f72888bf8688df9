@testable import SMTP
import Testing

@Suite struct LineScannerTests {
    /// Feeds pieces one after another, what is not consumed again with the next; the lines that come out, `nil` for one
    /// that was too long, `bare` where it ends.
    private func lines(_ pieces: [String]) -> [String?] {
        var scanner = LineScanner()
        var waiting: [UInt8] = []
        var lines: [String?] = []
        for piece in pieces {
            waiting += piece.utf8
            while true {
                let found = waiting.withUnsafeBytes { scanner.next($0) }
                if case .more(let consumed) = found {
                    waiting.removeFirst(consumed)
                    break
                }
                switch found {
                case .line(let place, let consumed):
                    lines.append(String(decoding: waiting[place], as: UTF8.self))
                    waiting.removeFirst(consumed)
                case .overlong(let consumed):
                    lines.append(nil)
                    waiting.removeFirst(consumed)
                case .bareLineEnd: return lines + ["bare"]
                case .more: break
                }
            }
            #expect(waiting.count <= LineScanner.limit)
        }
        return lines
    }

    @Test(arguments: [
        (["NOOP\r\n"], ["NOOP"]), (["NO", "OP\r", "\n"], ["NOOP"]), (["a\r\nb\r\n"], ["a", "b"]),
        (["\r\n", "\r\n"], ["", ""]), (["a", ""], []), (["\0\r\n"], ["\0"]), (["a\r"], []),
        (["NOOP\n"], ["bare"]), (["a\r\nb\nc\r\n"], ["a", "bare"]), (["a\rb\r\n"], ["bare"]),
        (["a\r", "b"], ["bare"]), (["a\r\r\n"], ["bare"]), (["\n"], ["bare"]), (["a\r", "\r\n"], ["bare"]),
    ])
    func `a line ends at CRLF, wherever the stream was cut, and at nothing else`(
        pieces: [String], expected: [String]
    ) {
        #expect(lines(pieces) == expected)
    }

    private static let longest = String(repeating: "x", count: 12_286)

    @Test func `a line may have 12,288 octets, its end included, in one piece or in many`() {
        #expect(lines([Self.longest + "\r\n"]) == [Self.longest])
        #expect(lines(Self.longest.map(String.init) + ["\r", "\n", "b\r\n"]) == [Self.longest, "b"])
    }

    @Test(arguments: [
        ["a\r\n" + longest + "x\r\nb\r\n"],
        ["a\r\n" + longest, "x\r", "\nb\r\n"],
        ["a\r\n" + longest + "xx", longest + longest, longest + "\r", "\nb\r\n"],
        ["a\r\n" + String(repeating: longest, count: 20), "\r\nb\r\n"],
    ])
    func `a longer line is reported once, when it ends, and the next is a line again`(pieces: [String]) {
        #expect(lines(pieces) == ["a", nil, "b"])
    }

    @Test func `a longer line is no place to hide a bare line end in`() {
        #expect(lines([Self.longest + Self.longest, "\rx"]) == ["bare"])
        #expect(lines([Self.longest + Self.longest, "\nx"]) == ["bare"])
    }

    @Test func `many lines keep their order`() {
        let numbers = (0..<2_000).map(String.init)
        #expect(lines([numbers.joined(separator: "\r\n") + "\r\n"]) == numbers)
    }
}
