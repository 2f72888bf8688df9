import CLibc
import CheckpwdCore

/// The text of a PEM file, as editors leave it.
enum PEMText {
    /// Drops each byte-order mark that stands in front of `-----BEGIN`: a line that begins with one is not found. One file may
    /// have several, if it was put together from files that have one each.
    ///
    /// - Parameter bytes: a private key, maybe: what is left over at the end is wiped.
    static func dropByteOrderMarks(_ bytes: inout [UInt8]) {
        let begin = [UInt8]("-----BEGIN")
        var (kept, next) = (0, 0)
        while next < bytes.count {
            let mark = ByteOrderMark.length(in: bytes[next...])
            if mark > 0, bytes[(next + mark)...].starts(with: begin) { next += mark }
            bytes[kept] = bytes[next]
            (kept, next) = (kept + 1, next + 1)
        }
        bytes.withUnsafeMutableBytes { buffer in
            if kept < buffer.count { explicit_bzero(buffer.baseAddress! + kept, buffer.count - kept) }
        }
        bytes.removeLast(bytes.count - kept)
    }
}
