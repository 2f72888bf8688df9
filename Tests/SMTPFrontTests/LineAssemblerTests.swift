import Testing

@testable import SMTPFront

@Suite("The line assembler")
struct LineAssemblerTests {
    /// Feeds pieces one after another; the lines that come out, `nil` for one that was too long.
    private func lines(_ pieces: [String]) -> [String?] {
        var assembler = LineAssembler()
        var lines: [String?] = []
        for piece in pieces {
            Array(piece.utf8).withUnsafeBytes { assembler.append($0) }
            while let input = assembler.next() {
                switch consume input {
                case .line(let line): lines.append(text(line))
                case .overlong: lines.append(nil)
                }
            }
        }
        return lines
    }

    @Test(
        "ends a line at CRLF or LF, wherever the stream was cut",
        arguments: [
            (["NOOP\r\n"], ["NOOP"]), (["NOOP\n"], ["NOOP"]), (["NO", "OP\r", "\n"], ["NOOP"]),
            (["a\r\nb\nc\r\n"], ["a", "b", "c"]), (["\r\n", "\n"], ["", ""]), (["a", ""], []),
            (["a\rb\r\n"], ["a\rb"]), (["a\r\r\n"], ["a\r"]), (["\0\r\n"], ["\0"]), (["a\r"], []),
        ])
    func ends(pieces: [String], expected: [String]) {
        #expect(lines(pieces) == expected)
    }

    static let longest = String(repeating: "x", count: 12_286)

    @Test("takes a line of 12,288 octets, its end included, in one piece or in many")
    func atTheLimit() {
        #expect(lines([Self.longest + "\r\n"]) == [Self.longest])
        #expect(lines(Self.longest.map(String.init) + ["\r", "\n", "b\n"]) == [Self.longest, "b"])
    }

    @Test(
        "reports a longer line once, when it ends, and goes on with the next",
        arguments: [
            ["a\r\n" + longest + "x\r\nb\r\n"],
            ["a\r\n" + longest, "x\r", "\nb\r\n"],
            ["a\r\n" + longest + "xx", longest + longest, longest, "\r\nb\r\n"],
            ["a\r\n" + String(repeating: longest, count: 20), "\nb\n"],
        ])
    func overlong(pieces: [String]) {
        #expect(lines(pieces) == ["a", nil, "b"])
    }

    @Test("holds nothing of a line that is too long")
    func bounded() {
        var assembler = LineAssembler()
        for _ in 0..<100 {
            Array(Self.longest.utf8).withUnsafeBytes { assembler.append($0) }
            let hasLine = assembler.next() != nil
            #expect(!hasLine)
            #expect(assembler.count < LineAssembler.limit)
        }
    }

    @Test("keeps many waiting lines in order")
    func manyLines() {
        let numbers = (0..<20_000).map(String.init)
        #expect(lines([numbers.joined(separator: "\r\n") + "\r\n"]) == numbers)
    }
}
