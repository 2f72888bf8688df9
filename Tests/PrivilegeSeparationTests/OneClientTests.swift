import Glibc
@testable import PrivilegeSeparation
import TestSupport
import Testing

/// What can be a client on standard input and output.
@Suite struct OneClientTests {
    @Test func `sockets and pipes can be waited for, files cannot`() {
        var ends: [Int32] = [0, 0]
        pipe(&ends)
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        let file = open("/etc/passwd", O_RDONLY)
        let null = open("/dev/null", O_RDWR)
        defer { for descriptor in ends + [socket, file, null] { close(descriptor) } }
        #expect((ends + [socket, file, null]).map(OneClient.isWaitable) == [true, true, true, false, false])
        #expect(!OneClient.isWaitable(-1))
    }
}
