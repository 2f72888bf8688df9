import StoreAdministration
import Testing

@Suite struct EntryReaderTests {
    @Test func `each refused line has its number, and the others are read`() throws {
        let seen = try Seen.all(of: "alice:one\n\n# bob:two\ncarol\ndan:three".utf8, as: .colon)
        #expect(seen.map(\.description) == ["1: alice one", "4: no colon", "5: dan three"])
    }

    @Test func `a line too long is refused, whatever the buffer holds of it`() throws {
        let limit = LineReader.longestLine
        for length in [limit - 1, limit, limit + 1, 16 * limit - 1, 16 * limit, 40 * limit] {
            let long = "#" + String(repeating: "x", count: length - 1)
            let seen = try Seen.all(of: "a:b\n\(long)\nc:d\n\(long)".utf8, as: .colon)
            let middle = length > limit ? ["2: line longer than 16384 bytes"] : []
            let end = length > limit ? ["4: line longer than 16384 bytes"] : []
            #expect(seen.map(\.description) == ["1: a b"] + middle + ["3: c d"] + end, "\(length)")
        }
    }

    @Test func `a line that goes on for too long is refused once`() throws {
        let joint = String(repeating: "x\\\n", count: LineReader.longestLine / 3 + 1)
        let seen = try Seen.all(of: "\(joint)\nalice * pass\n".utf8, as: .chap)
        #expect(seen.map(\.description).first == "1: line longer than 16384 bytes")
        #expect(seen.map(\.description).last?.hasSuffix(": alice pass") == true)
    }

    @Test func `many lines are read across the buffer's ends`() throws {
        let lines = (0..<20_000).map { "login\($0):secret number \($0)" }
        let seen = try Seen.all(of: lines.joined(separator: "\n").utf8, as: .colon)
        #expect(seen.count == lines.count)
        for (number, line) in seen.enumerated() {
            #expect(line.description == "\(number + 1): login\(number) secret number \(number)")
        }
    }

    @Test func `the longest login and secret have a line in every format`() throws {
        let login = [UInt8](repeating: 0x22, count: 511)
        let secret = [UInt8](repeating: 0x5C, count: 1024)
        for format in Format.allCases {
            let line = written(login, secret, as: format)
            #expect(try Seen.one(line.utf8, as: format) == "\(Seen.latin1(login)) \(Seen.latin1(secret))", "\(format)")
        }
        #expect(written(login + [0x22], secret, as: .jsonLines) == "login longer than 511 bytes")
        #expect(written(login, secret + [0x22], as: .jsonLines) == "secret longer than 1024 bytes")
    }
}
