import TestSupport
import Testing

@testable import LoginProbe

@Suite struct TranscriptTextTests {
    @Test func `nothing that a server sends reaches the terminal as a command`() {
        let line = TranscriptLine(.server, Array("220 \u{1B}[2J\u{7}\\ caf\u{E9}\u{9B}".utf8), meaning: [0x1B, 0x80])
        let text = TranscriptText(isColoured: false).line(line).text
        #expect(text == #"S: 220 \x1b[2J\x07\x5c caf\xc3\xa9\xc2\x9b  # \x1b\x80"#)
        #expect(TranscriptText(isColoured: true).line(line).filter { $0 == 0x1B }.count == 4)
    }

    @Test func `meanings stand in one column`() {
        let text = TranscriptText(isColoured: false)
        let lines = ["YQ==", "YWxpY2U="].map { text.line(TranscriptLine(.client, Array($0.utf8), meaning: [0x61])).text }
        #expect(lines.map { $0.firstIndex(of: "#")!.utf16Offset(in: $0) } == [40, 40])
    }
}
