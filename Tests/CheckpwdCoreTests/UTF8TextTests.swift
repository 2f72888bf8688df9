import CheckpwdCore
import Testing

@Suite struct UTF8TextTests {
    /// Swift's own decoder is the reference.
    @Test func `every sequence of two bytes, and every lead byte before others, is judged as Swift judges it`() {
        for first in UInt8.min...UInt8.max {
            for second in UInt8.min...UInt8.max {
                for rest in [[], [0xBF, 0x80]] as [[UInt8]] {
                    let bytes = [first, second] + rest
                    let isValid = bytes.withUnsafeBytes { UTF8Text.isValid($0) }
                    #expect(isValid == (String(validating: bytes, as: UTF8.self) != nil), "\(bytes)")
                }
            }
        }
    }

    @Test func `a scalar of any size is written and read`() {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 4, alignment: 1)
        defer { buffer.deallocate() }
        let edges: [UInt32] = [0x7F, 0x80, 0x7FF, 0x800, 0xD7FF, 0xE000, 0xFFFF, 0x10000, 0x10FFFF]
        for value in edges + Array(stride(from: 0, through: 0x10FFFF, by: 61)) {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let count = UTF8Text.write(value, into: buffer, at: 0)
            guard Array(buffer[..<count]) == Array(String(scalar).utf8) else {
                Issue.record("\(value) is written wrongly")
                continue
            }
            let read = UTF8Text.scalar(in: UnsafeRawBufferPointer(rebasing: buffer[..<count]), at: 0)
            guard read?.scalar == value, read?.length == count else {
                Issue.record("\(value) is read wrongly")
                continue
            }
        }
    }
}
