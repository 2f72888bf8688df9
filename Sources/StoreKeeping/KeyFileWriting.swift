import ByteStrings
import CPlatform
import Credentials
import Cryptography
import Glibc
import SecretStore
import Verdicts

/// Writes the file of keys. It is on disk when a function here returns.
enum KeyFileWriting {
    /// Creates the file with one new key.
    ///
    /// - Throws: `temporary` where it exists already, or cannot be written; nothing is left then.
    static func create(_ path: [UInt8]) throws(Failure) {
        try write(newLine(), toNew: path)
    }

    /// Puts a new key before those of the ring, and the mark that says that the records are being sealed anew.
    static func beginRekeying(_ path: [UInt8], _ ring: borrowing KeyRing) throws(Failure) {
        let line = try newLine()
        let mark = [UInt8](KeyRing.rekeyingMark) + [UInt8]("\n")
        let text = try ring.withText { (old) throws(Failure) in
            line.withUnsafeBytes { line in
                Secret(concatenating: UnsafeRawBufferPointer(line), mark, old)
            }
        }
        try replace(path, with: text)
    }

    /// Leaves the first key of the ring, and no other.
    static func endRekeying(_ path: [UInt8], _ ring: borrowing KeyRing) throws(Failure) {
        let current = ring.current
        let line = try ring.withKey(current) { (key) throws(Failure) in KeyFileWriting.line(current, key) }
        try replace(path, with: line!)
    }

    /// Whoever reads the file sees the old one or the new one, whatever happens.
    private static func replace(_ path: [UInt8], with text: borrowing Secret) throws(Failure) {
        let fresh = path + [UInt8](".new")
        // Left by somebody who was killed: the lock on the store's folder says that nobody writes it now.
        _ = fresh.withCString { unlink($0) }
        try write(text, toNew: fresh)
        guard fresh.withCString({ fresh in path.withCString { Glibc.rename(fresh, $0) } }) == 0 else {
            let errno = cplatform_errno()
            _ = fresh.withCString { unlink($0) }
            throw .temporary(Cause("key file cannot be replaced", about: path, errno: errno))
        }
        try Durability.settle(Privacy.folder(of: path))
    }

    private static func write(_ text: borrowing Secret, toNew path: [UInt8]) throws(Failure) {
        let descriptor = path.withCString { cplatform_open($0, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600) }
        guard descriptor >= 0 else {
            throw .temporary(
                Cause(
                    "key file cannot be created", about: path, errno: cplatform_errno(),
                    remedy: "an existing key is never replaced"))
        }
        let size = text.count
        let written = text.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) } == size
        let isDurable = written && fsync(descriptor) == 0
        let errno = cplatform_errno()
        close(descriptor)
        guard isDurable else {
            _ = path.withCString { unlink($0) }
            throw .temporary(Cause("key file cannot be written", about: path, errno: errno))
        }
        try Durability.settle(Privacy.folder(of: path))
    }

    private static func newLine() throws(Failure) -> Secret {
        let id = KeyID(bytes: try Randomness.bytes(KeyID.size))
        let key = try Secret(capacity: AES256GCM.keySize) { (buffer) throws(Failure) in
            try Randomness.fill(buffer)
            return buffer.count
        }
        return line(id, key)
    }

    /// The line of a key: its name, a colon, the key, in hexadecimal digits.
    private static func line(_ id: KeyID, _ key: borrowing Secret) -> Secret {
        key.withUnsafeBytes { key in
            Secret(capacity: 2 * (id.bytes.count + key.count) + 2) { line in
                line.copyBytes(from: Hex.encode(id.bytes) + [UInt8](":"))
                var next = 2 * id.bytes.count + 1
                for byte in key {
                    line[next] = Hex.digit(byte >> 4)
                    line[next + 1] = Hex.digit(byte & 15)
                    next += 2
                }
                line[next] = UInt8(ascii: "\n")
                return next + 1
            }
        }
    }
}

extension Secret {
    fileprivate init(concatenating head: UnsafeRawBufferPointer, _ middle: [UInt8], _ tail: UnsafeRawBufferPointer) {
        self.init(capacity: head.count + middle.count + tail.count) { buffer in
            buffer.copyMemory(from: head)
            UnsafeMutableRawBufferPointer(rebasing: buffer[head.count...]).copyBytes(from: middle)
            UnsafeMutableRawBufferPointer(rebasing: buffer[(head.count + middle.count)...]).copyMemory(from: tail)
            return buffer.count
        }
    }
}
