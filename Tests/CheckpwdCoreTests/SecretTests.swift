import CheckpwdCore
import TestSupport
import Testing

@Suite struct SecretTests {
    @Test func `a secret holds what was written into it`() {
        let secret = Secret(capacity: 8) { buffer in
            buffer.copyBytes(from: "pass".utf8)
            return 4
        }
        #expect(secret.count == 4)
        #expect(secret.text() == "pass")
        let empty = Secret("")
        #expect((secret.isEmpty, empty.isEmpty) == (false, true))
    }

    @Test func `what the filling throws comes out`() {
        struct Problem: Error {}
        #expect(throws: Problem.self) {
            _ = try Secret(capacity: 4) { (_) throws(Problem) -> Int in throw Problem() }
        }
    }

    /// Reads freed memory, and so only where nothing else can have it: the buffer is our own allocation's address, and
    /// the allocator is asked for nothing in between. Under AddressSanitizer this is an error, and is not run.
    @Test(.disabled(if: Stage.isSanitized, "reads freed memory on purpose"))
    func `the memory is wiped when the secret dies`() {
        let size = 4096
        var address: UnsafeRawPointer?
        do {
            let secret = Secret(capacity: size) { buffer in
                for index in buffer.indices { buffer[index] = 0xA5 }
                return size
            }
            address = secret.withUnsafeBytes { $0.baseAddress }
        }
        // The allocator writes its links into the first bytes of a freed block.
        let left = UnsafeRawBufferPointer(start: address! + 64, count: size - 128)
        #expect(!left.contains(0xA5))
    }
}
