import StoreAdministration
import Testing

@Suite struct FormatTests {
    /// Every byte but control bytes, alone, first, last and beside each special one.
    private static let words: [[UInt8]] = {
        let bytes = (UInt8(0x20)...0xFF).filter { $0 != 0x7F }
        let special = Array(" \"'\\#:*@/=%?!+&{}$,".utf8)
        let ends = bytes.flatMap { [[$0], [$0, 0x78], [0x78, $0]] as [[UInt8]] }
        let pairs = special.flatMap { first in special.map { [first, $0] as [UInt8] } }
        let names: [[UInt8]] = [
            "{PLAIN}x", "@/x", "$6$x$0123456789012345678901234567890", "caf\u{E9}", "\\x41", "=x", "\\",
        ].map { [UInt8]($0.utf8) }
        return ends + pairs + names + [bytes]
    }()

    @Test(arguments: Format.allCases)
    func `what is written is read again as it was`(format: Format) throws {
        let times = format == .jsonLines ? Entry.Times(created: 1, changed: 1_700_000_000) : nil
        var written: [UInt8] = []
        var expected: [String] = []
        for word in Self.words {
            for (login, secret) in [(word, Array("pass".utf8)), (Array("alice".utf8), word)] {
                let line = StoreAdministrationTests.written(login, secret, times, as: format)
                guard line.hasSuffix("\n") else { continue }
                written += line.unicodeScalars.map { UInt8($0.value) }
                expected.append(
                    Seen.entry(Seen.latin1(login), Seen.latin1(secret), times, expected.count + 1).description)
            }
        }
        #expect(try Seen.all(of: written, as: format).map(\.description) == expected)
        let least: [Format: Int] = [.colon: 1400, .authuser: 1400, .chap: 2000, .passwdFile: 1600]
        #expect(expected.count >= least[format, default: 2 * Self.words.count])
    }
}
