import CheckpwdCore
import StoreAdministration
import TestSupport
import Testing

@Suite struct OpaqueStringTests {
    private func prepared(_ secret: borrowing Secret) throws -> String {
        let opaque = try OpaqueString()
        do throws(Unprepared) {
            return try opaque.prepare(secret).text()
        } catch {
            return "\(error.reason.words)"
        }
    }

    /// RFC 8265 section 4.3, examples 12 to 18.
    @Test(arguments: [
        ("correct horse battery staple", "correct horse battery staple"),
        ("Correct Horse Battery Staple", "Correct Horse Battery Staple"),
        ("\u{03C0}\u{00DF}\u{00E5}", "\u{03C0}\u{00DF}\u{00E5}"), ("Jack of \u{2666}s", "Jack of \u{2666}s"),
        ("foo\u{1680}bar", "foo bar"), ("", "empty secret"),
        ("my cat is a \u{09}by", "secret has a character that RFC 8265 does not allow there"),
    ])
    func `the published examples are prepared as published`(secret: String, outcome: String) throws {
        #expect(try Array(prepared(Secret(secret)).utf8) == Array(outcome.utf8))
    }

    @Test(arguments: [
        ("a\u{0301}", "\u{E1}"), ("\u{212B}", "\u{C5}"), ("\u{1E9B}\u{0323}", "\u{1E9B}\u{0323}"),
        ("\u{0344}", "\u{0308}\u{0301}"), ("q\u{0307}\u{0323}", "q\u{0323}\u{0307}"), ("\u{FB01}", "\u{FB01}"),
        ("\u{FF21}\u{00AA}\u{2163}", "\u{FF21}\u{00AA}\u{2163}"), ("a\u{A0}b\u{2003}c\u{3000}", "a b c "),
        ("\u{1F600}", "\u{1F600}"),
        ("l\u{B7}l", "l\u{B7}l"), ("\u{0375}\u{03B2}", "\u{0375}\u{03B2}"), ("\u{05D0}\u{05F3}", "\u{05D0}\u{05F3}"),
        ("\u{30AB}\u{30FB}", "\u{30AB}\u{30FB}"), ("\u{0915}\u{094D}\u{200D}", "\u{0915}\u{094D}\u{200D}"),
        ("\u{0660}\u{0661}", "\u{0660}\u{0661}"),
        ("\u{1112}\u{1161}\u{11AB}", "\u{D55C}"),
    ])
    func `what looks the same becomes the same bytes, and compatibility characters stay`(
        secret: String, outcome: String
    ) throws {
        #expect(try Array(prepared(Secret(secret)).utf8) == Array(outcome.utf8))
    }

    @Test(arguments: [
        "a\u{AD}b", "\u{200B}", "\u{FEFF}", "\u{2028}", "\u{E000}", "\u{FFFF}", "\u{0378}", "\u{7F}", "\u{85}",
        "\u{202E}", "\u{1112}",
        "\u{034F}", "\u{0640}", "a\u{B7}l", "\u{B7}", "l\u{B7}", "\u{0375}x", "\u{0375}", "x\u{05F3}", "\u{30FB}",
        "x\u{200D}", "\u{200C}",
        "\u{0660}\u{06F0}", "\u{FE0F}",
    ])
    func `what nobody can see, or means nothing there, is refused`(secret: String) throws {
        #expect(try prepared(Secret(secret)) == "secret has a character that RFC 8265 does not allow there")
    }

    @Test func `what is not UTF-8 is refused`() throws {
        #expect(try prepared(Secret(copying: [0x61, 0xE9])) == "secret is not UTF-8")
    }

    /// RFC 8265 section 4.2.3: what was prepared is not changed again.
    @Test func `a character that is prepared stays as it is`() throws {
        let opaque = try OpaqueString()
        // Up to the Japanese scripts, and the blocks of compatibility characters: where something changes.
        let ranges: [ClosedRange<UInt32>] = [0...0x33FF, 0xF900...0xFFFF, 0x1D15E...0x1D1C0, 0x2F800...0x2FA1D]
        for value in ranges.joined() {
            guard let scalar = Unicode.Scalar(value), let once = try? opaque.prepare(Secret(String(scalar))) else {
                continue
            }
            let text = once.text()
            guard let twice = try? opaque.prepare(once), twice.text().utf8.elementsEqual(text.utf8) else {
                Issue.record("U+\(String(value, radix: 16)) changes again")
                continue
            }
        }
    }
}
