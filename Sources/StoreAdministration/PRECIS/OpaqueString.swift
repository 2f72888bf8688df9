import CDynamic
import CheckpwdCore

/// The OpaqueString profile (RFC 8265 section 4.2), which took the place of SASLprep (RFC 4013): passwords that look the
/// same become the same bytes.
///
/// Blanks of every script become U+0020, the rest is brought into normalization form C, and characters that nobody can
/// see or that mean nothing are refused. Unlike SASLprep it leaves compatibility characters as they are, which is what
/// most clients do that prepare nothing.
public struct OpaqueString: Sendable {
    /// - Throws: `temporary` where libunistring is not there.
    public init() throws(Failure) {
        guard let problem = cdynamic_load_unistring() else { return }
        throw .temporary(
            Cause(
                .libunistringCannotBeLoaded, about: [UInt8](cString: problem),
                remedy: "install the package that has it (Debian: libunistring2)"))
    }

    /// Prepares a secret.
    ///
    /// - Returns: it, in UTF-8.
    /// - Throws: why it cannot be prepared.
    public func prepare(_ secret: borrowing Secret) throws(Unprepared) -> Secret {
        let mapped = try secret.withUnsafeBytes { (bytes) throws(Unprepared) in try OpaqueString.mappingBlanks(bytes) }
        let normal = try mapped.withUnsafeBytes { (bytes) throws(Unprepared) in try OpaqueString.normalizing(bytes) }
        try normal.withUnsafeBytes { (bytes) throws(Unprepared) in try FreeformClass.require(bytes) }
        if normal.isEmpty { throw .empty }
        return normal
    }

    /// The additional mapping rule: what has the general category Zs becomes U+0020, which is no longer than it was.
    private static func mappingBlanks(_ bytes: UnsafeRawBufferPointer) throws(Unprepared) -> Secret {
        guard UTF8Text.isValid(bytes) else { throw .notUTF8 }
        return Secret(capacity: bytes.count) { buffer in
            var (place, count) = (0, 0)
            while place < bytes.count {
                let (value, length) = UTF8Text.scalar(in: bytes, at: place)!
                let isBlank = Unicode.Scalar(value)!.properties.generalCategory == .spaceSeparator
                count = UTF8Text.write(isBlank ? 0x20 : value, into: buffer, at: count)
                place += length
            }
            return count
        }
    }

    /// The normalization rule. Form C of UTF-8 is at most three times as long.
    private static func normalizing(_ bytes: UnsafeRawBufferPointer) throws(Unprepared) -> Secret {
        if bytes.isEmpty { throw .empty }
        return try Secret(capacity: 3 * bytes.count + 64) { (buffer) throws(Unprepared) in
            var size = buffer.count
            let text = bytes.assumingMemoryBound(to: UInt8.self)
            let failed = cdynamic_nfc(
                text.baseAddress, text.count, buffer.assumingMemoryBound(to: UInt8.self).baseAddress, &size)
            guard failed == 0 else { throw .outOfMemory }
            return size
        }
    }
}

/// Why a secret cannot be prepared.
public enum Unprepared: Error, Equatable {
    case empty
    case notUTF8
    case outOfMemory
    /// A character that the FreeformClass does not have, or not there. It is not named: it is part of a secret.
    case disallowed

    public var reason: Reason {
        switch self {
        case .empty: .emptySecret
        case .notUTF8: .secretIsNotUTF8
        case .outOfMemory: .noMemoryToNormalizeASecret
        case .disallowed: .secretHasADisallowedCharacter
        }
    }
}
