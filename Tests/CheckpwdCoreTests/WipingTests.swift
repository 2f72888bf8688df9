import CheckpwdCore
import Testing

@Suite struct WipingTests {
    @Test func `wiped bytes are zero, and as many as before`() {
        var bytes: [UInt8] = [1, 2, 3]
        bytes.wipe()
        #expect(bytes == [0, 0, 0])
        var none: [UInt8] = []
        none.wipe()
        #expect(none == [])
    }
}
