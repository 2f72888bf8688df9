import CLibc
import CheckpwdCore
import Cryptography
import Glibc
import SecretStore

/// Writes the file of keys, for who holds its folder's lock. It is on disk when a function here returns.
enum KeyFileWriting {
    /// Creates the file with one new key.
    ///
    /// - Throws: `temporary` where it exists already, or cannot be written; nothing is left then.
    static func create(_ path: [UInt8]) throws(Failure) {
        let fresh = try write(newLine(besides: []), beside: path)
        let errno = ScratchName.settle(fresh, as: path)
        guard errno == 0 else {
            throw .temporary(
                Cause(.keyFileCannotBeCreated, about: path, errno: errno, remedy: "an existing key is never replaced"))
        }
        try Durability.settle(FilePermissions.folder(of: path))
    }

    /// Puts a new key before those of the ring, and the mark that says that the records are being sealed anew.
    static func beginRekeying(_ path: [UInt8], _ ring: borrowing KeyRing) throws(Failure) {
        let line = try newLine(besides: ring.ids)
        let mark = [UInt8](KeyRing.rekeyingMark) + [UInt8]("\n")
        let text = try ring.withText { (old) throws(Failure) in
            line.withUnsafeBytes { line in
                Secret(concatenating: UnsafeRawBufferPointer(line), mark, old)
            }
        }
        try replace(path, with: text)
    }

    /// Puts a new key behind those of the ring, and the mark that names it: it opens, and does not seal yet.
    static func prepare(_ path: [UInt8], _ ring: borrowing KeyRing) throws(Failure) {
        let line = try newLine(besides: ring.ids)
        let name = line.withUnsafeBytes { Array($0[..<(2 * KeyID.size)]) }
        let mark = [UInt8](KeyRing.preparedMark) + name + [UInt8]("\n")
        let text = try ring.withText { (old) throws(Failure) in
            line.withUnsafeBytes { line in
                Secret(concatenating: old, (old.last == UInt8(ascii: "\n") ? [] : [UInt8]("\n")) + mark, line)
            }
        }
        try replace(path, with: text)
    }

    /// Puts a key of the ring before the others, so that it seals, and the mark that says that the records are being sealed
    /// anew.
    static func promote(_ id: KeyID, in path: [UInt8], _ ring: borrowing KeyRing) throws(Failure) {
        let line = try ring.withKey(id) { (key) throws(Failure) in KeyFileWriting.line(id, key) }!
        let mark = [UInt8](KeyRing.rekeyingMark) + [UInt8]("\n")
        // It stands in the text once more, which does no harm until the rekeying ends.
        let text = try ring.withText { (old) throws(Failure) in
            line.withUnsafeBytes { line in Secret(concatenating: line, mark, old) }
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
        let fresh = try write(text, beside: path)
        guard fresh.withCString({ fresh in path.withCString { Glibc.rename(fresh, $0) } }) == 0 else {
            let errno = clibc_errno()
            _ = fresh.withCString { unlink($0) }
            throw .temporary(Cause(.keyFileCannotBeReplaced, about: path, errno: errno))
        }
        try Durability.settle(FilePermissions.folder(of: path))
    }

    /// Writes a new file, once those are gone that somebody left who was killed here: they hold keys.
    ///
    /// - Returns: its name.
    private static func write(_ text: borrowing Secret, beside place: [UInt8]) throws(Failure) -> [UInt8] {
        guard text.count <= KeyFile.limit else { throw KeyFile.tooLarge(place) }
        ScratchName.removeStale(beside: place)
        let path = try ScratchName.beside(place)
        let descriptor = path.withCString { clibc_open($0, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600) }
        guard descriptor >= 0 else {
            throw .temporary(
                Cause(.keyFileCannotBeCreated, about: path, errno: clibc_errno()))
        }
        let isDurable = text.withUnsafeBytes { writeAll($0, to: descriptor) } && fsync(descriptor) == 0
        let errno = clibc_errno()
        close(descriptor)
        guard isDurable else {
            _ = path.withCString { unlink($0) }
            throw .temporary(Cause(.keyFileCannotBeWritten, about: path, errno: errno))
        }
        try Durability.settle(FilePermissions.folder(of: path))
        return path
    }

    /// - Returns: whether all was written; errno(3) says why not.
    private static func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Bool {
        var written = 0
        while written < bytes.count {
            let count = Glibc.write(descriptor, bytes.baseAddress! + written, bytes.count - written)
            guard count > 0 else { return false }
            written += count
        }
        return true
    }

    /// A name that no key of the ring has: of two with one name, the second would never open.
    ///
    /// - Parameter draw: gives as many random bytes as it is asked for.
    static func newName(
        besides ids: [KeyID], draw: (Int) throws(Failure) -> [UInt8] = Randomness.bytes
    ) throws(Failure) -> KeyID {
        while true {
            let id = KeyID(bytes: try draw(KeyID.size))
            if !ids.contains(id) { return id }
        }
    }

    private static func newLine(besides ids: [KeyID]) throws(Failure) -> Secret {
        let id = try newName(besides: ids)
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
