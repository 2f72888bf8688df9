import Checkpassword
import CheckpwdCore
import Foundation
import TestSupport
import Testing

@Suite struct DescriptorTests {
    /// A descriptor that holds these bytes, in pieces.
    private func descriptor(_ pieces: [[UInt8]]) -> Int32 {
        var ends: [Int32] = [0, 0]
        precondition(pipe(&ends) == 0)
        for piece in pieces { precondition(write(ends[1], piece, piece.count) == piece.count) }
        close(ends[1])
        return ends[0]
    }

    private func drain(_ descriptor: Int32) -> (text: String?, failure: Failure?) {
        do throws(Failure) {
            return (try Descriptor.drain(descriptor).text(), nil)
        } catch {
            return (nil, error)
        }
    }

    @Test(arguments: [1, 10, 511, 512])
    func `everything is read, to the last byte allowed`(count: Int) {
        let text = String(repeating: "x", count: count)
        #expect(drain(descriptor([Array(text.utf8)])).text == text)
    }

    @Test func `pieces are put together`() {
        #expect(drain(descriptor([[97], [0], [98, 99]])).text == "a\0bc")
    }

    @Test(arguments: [513, 1000, 60000])
    func `too many bytes are the caller's fault`(count: Int) {
        guard case .misused(let cause)? = drain(descriptor([[UInt8](repeating: 0, count: count)])).failure else {
            Issue.record("not refused")
            return
        }
        #expect(cause.sentence.text.hasPrefix("too many bytes on descriptor 3: more than 512;"))
    }

    @Test func `nothing is the caller's fault`() {
        guard case .misused? = drain(descriptor([])).failure else {
            Issue.record("not refused")
            return
        }
    }

    @Test func `a descriptor that is not open is the caller's fault, and named`() {
        guard case .misused(let cause)? = drain(999).failure else {
            Issue.record("not refused")
            return
        }
        #expect(cause.errno == EBADF)
    }

    @Test func `the descriptor is closed afterwards`() {
        let descriptor = descriptor([[97, 0, 98, 0]])
        _ = drain(descriptor)
        #expect(fcntl(descriptor, F_GETFD) == -1)
    }

    /// A setuid program must not wait for ever for a local user who never writes, or who stops in the middle.
    @Test(arguments: [[UInt8](), Array("alice\0pa".utf8)])
    func `a caller that leaves descriptor 3 open is a temporary failure when the time is over`(written: [UInt8]) {
        var ends: [Int32] = [0, 0]
        precondition(pipe(&ends) == 0)
        defer { close(ends[1]) }
        precondition(write(ends[1], written, written.count) == written.count)
        do throws(Failure) {
            _ = try Descriptor.drain(ends[0], within: 1)
            Issue.record("accepted")
        } catch {
            #expect("\(error)".hasPrefix("temporary: timeout on descriptor 3: 1 seconds; "))
        }
    }
}
