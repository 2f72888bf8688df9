import CCrypto
import Verdicts

/// Bytes that nobody can guess. The corresponding C function is `RAND_bytes`.
public enum Randomness {
    public static func fill(_ buffer: UnsafeMutableRawBufferPointer) throws(Failure) {
        let crypto = try Library.load()
        let bytes = buffer.assumingMemoryBound(to: UInt8.self)
        guard crypto.RAND_bytes(bytes.baseAddress, Int32(bytes.count)) == 1 else {
            throw Library.failed("random bytes")
        }
    }

    public static func bytes(_ count: Int) throws(Failure) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var problem: Failure?
        bytes.withUnsafeMutableBytes { buffer in
            do throws(Failure) { try fill(buffer) } catch { problem = error }
        }
        if let problem { throw problem }
        return bytes
    }
}
