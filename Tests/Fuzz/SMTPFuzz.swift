import Credentials

@testable import SMTPFront

/// Lines are the same however the bytes arrive, and a command's arguments lie in its line.
enum SMTPFuzz {
    static func check(_ bytes: [UInt8]) throws {
        guard let size = bytes.first else { return }
        let stream = Array(bytes.dropFirst())
        var expected = lines(of: stream)[...]
        var assembler = LineAssembler()
        var start = 0
        while start < stream.count {
            let end = min(start + max(Int(size), 1), stream.count)
            stream[start..<end].withUnsafeBytes { assembler.append($0) }
            start = end
            while let input = assembler.next() {
                guard let line = expected.popFirst() else { throw Violation(description: "a line that nobody sent") }
                try check(input, line)
            }
            try require(assembler.count <= LineAssembler.limit, "\(assembler.count) bytes wait")
        }
        try require(expected.isEmpty, "\(expected.count) lines are missing")
    }

    /// The lines as somebody would read them who has all of it; nil for one that is too long.
    private static func lines(of stream: [UInt8]) -> [[UInt8]?] {
        stream.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast().map { line in
            guard line.count + 1 <= LineAssembler.limit else { return nil }
            return Array(line.last == UInt8(ascii: "\r") ? line.dropLast() : line)
        }
    }

    private static func check(_ input: borrowing LineAssembler.Input, _ expected: [UInt8]?) throws {
        switch input {
        case .overlong: try require(expected == nil, "a line is too long that is not")
        case .line(let line):
            guard let expected else { throw Violation(description: "a line that is too long") }
            try require(line.withUnsafeBytes { $0.elementsEqual(expected) }, "another line than was sent")
            try check(line.withUnsafeBytes { Command($0) }, expected)
        }
    }

    private static func check(_ command: Command, _ line: [UInt8]) throws {
        guard case .auth(let mechanism, let initialResponse) = command else { return }
        var places = [mechanism]
        if let initialResponse { places.append(initialResponse) }
        let words = line.split(separator: UInt8(ascii: " "))
        try require(words.count == places.count + 1, "AUTH with \(words.count) words")
        for (place, word) in zip(places, words.dropFirst()) {
            try require(place == word.startIndex..<word.endIndex, "\(place) is not an argument's place")
        }
    }
}
