import CheckpwdCore
import TestSupport
import Testing

@Suite struct LogLineTests {
    @Test func `pairs stand in the order they were added, each value quoted`() {
        var line = LogLine()
        line.add("verdict", "rejected")
        line.add("rhost", Array("::1".utf8))
        line.add("login", Array("x\" verdict=\"accepted".utf8))
        line.add("empty", [])
        #expect(line.bytes.text == #"verdict="rejected" rhost="::1" login="x\x22\x20verdict=\x22accepted" empty="""#)
    }

    @Test func `a value that is too long is cut`() {
        var line = LogLine()
        line.add("login", [UInt8](repeating: 97, count: 256))
        #expect(line.bytes.text == "login=\"\(String(repeating: "a", count: 255))...\"")
        var whole = LogLine()
        whole.add("login", [UInt8](repeating: 97, count: 255))
        #expect(!whole.bytes.text.contains("..."))
    }
}
