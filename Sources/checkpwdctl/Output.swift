import CPlatform
import Verdicts

/// Standard output.
enum Output {
    /// Writes one line, whatever its bytes.
    ///
    /// - Throws: `temporary` where it cannot be written: a full disk must not look like the end of a list.
    static func write(_ line: [UInt8]) throws(Failure) {
        var rest = (line + [UInt8(ascii: "\n")])[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { CPlatform.write(1, $0.baseAddress, $0.count) }
            if count < 0, cplatform_errno() != EINTR {
                throw .temporary(Cause("standard output cannot be written", errno: cplatform_errno()))
            }
            rest = rest.dropFirst(max(count, 0))
        }
    }
}
