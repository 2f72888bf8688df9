import CLibc
import CheckpwdCore

/// Bytes that nobody can guess. The corresponding C function is `getrandom`.
public enum Randomness {
    public static func fill(_ buffer: UnsafeMutableRawBufferPointer) throws(Failure) {
        let failed = clibc_random(buffer.baseAddress, buffer.count)
        guard failed == 0 else { throw .temporary(Cause(.noRandomBytes, errno: failed)) }
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
