import TestSupport
import Testing
import Verdicts

@Suite struct LogLineTests {
    @Test func `pairs stand in the order they were added, each value quoted`() {
        var line = LogLine()
        line.add("verdict", "rejected")
        line.add("rhost", Array("::1".utf8))
        line.add("login", Array("x\" verdict=\"accepted".utf8))
        #expect(line.bytes.text == #"verdict="rejected" rhost="::1" login="x\x22\x20verdict=\x22accepted""#)
    }
}
