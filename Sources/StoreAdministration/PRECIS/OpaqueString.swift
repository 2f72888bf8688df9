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

/// The FreeformClass of strings (RFC 8264 section 4.3): which characters may be in one, by what Unicode says of them.
private enum FreeformClass {
    /// - Throws: `disallowed` for a character that may not be in it, or not where it is.
    static func require(_ text: UnsafeRawBufferPointer) throws(Unprepared) {
        var context = Context()
        var place = 0
        while place < text.count {
            guard let (value, length) = UTF8Text.scalar(in: text, at: place) else { throw .notUTF8 }
            let next = place + length < text.count ? UTF8Text.scalar(in: text, at: place + length)?.scalar : nil
            switch FreeformClass.judge(Unicode.Scalar(value)!) {
            case .valid: break
            case .contextual(let rule): guard context.allows(rule, before: next) else { throw .disallowed }
            case .disallowed: throw .disallowed
            }
            context.pass(value)
            place += length
        }
        guard context.allowsAll else { throw .disallowed }
    }

    enum Judgement: Equatable {
        case valid
        case contextual(Context.Rule)
        case disallowed
    }

    /// RFC 8264 section 8, in its order. HasCompat needs no test of its own here: what it would allow, the categories do.
    static func judge(_ scalar: Unicode.Scalar) -> Judgement {
        if let exception = exception(scalar.value) { return exception }
        let properties = scalar.properties
        if (0x21...0x7E).contains(scalar.value) { return .valid }
        if properties.isJoinControl { return .contextual(scalar.value == 0x200C ? .nonJoiner : .joiner) }
        if isOldHangulJamo(scalar.value) { return .disallowed }
        if properties.isDefaultIgnorableCodePoint || properties.isNoncharacterCodePoint { return .disallowed }
        switch properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator:
            return .disallowed
        default: return .valid
        }
    }

    /// RFC 5892 section 2.6, to which RFC 8264 section 9.6 refers.
    private static func exception(_ value: UInt32) -> Judgement? {
        switch value {
        case 0x00DF, 0x03C2, 0x06FD, 0x06FE, 0x0F0B, 0x3007: .valid
        case 0x00B7: .contextual(.middleDot)
        case 0x0375: .contextual(.greekKeraia)
        case 0x05F3, 0x05F4: .contextual(.hebrew)
        case 0x30FB: .contextual(.katakanaDot)
        case 0x0660...0x0669: .contextual(.arabicDigit)
        case 0x06F0...0x06F9: .contextual(.extendedArabicDigit)
        case 0x0640, 0x07FA, 0x302E, 0x302F, 0x3031...0x3035, 0x303B: .disallowed
        default: nil
        }
    }

    /// Conjoining jamo (RFC 8264 section 9.9): blocks Hangul Jamo and its two extensions.
    private static func isOldHangulJamo(_ value: UInt32) -> Bool {
        (0x1100...0x11FF).contains(value) || (0xA960...0xA97F).contains(value) || (0xD7B0...0xD7FF).contains(value)
    }
}

/// What the contextual rules (RFC 5892 appendix A) have to know of the characters around one.
private struct Context {
    enum Rule {
        case nonJoiner, joiner, middleDot, greekKeraia, hebrew, katakanaDot, arabicDigit, extendedArabicDigit
    }

    private var last: UInt32?
    private var hasKatakanaDot = false
    private var hasJapanese = false
    private var hasArabicDigit = false
    private var hasExtendedArabicDigit = false

    /// Whether a character is allowed between the one before it and the one after it.
    mutating func allows(_ rule: Rule, before next: UInt32?) -> Bool {
        switch rule {
        // A.1 would allow a non-joiner between letters that join, too. Swift does not tell which do: there it is refused.
        case .nonJoiner, .joiner: return last.map { cdynamic_combining_class($0) == 9 } ?? false
        case .middleDot: return last == 0x6C && next == 0x6C
        case .greekKeraia: return next.map(Context.isGreek) ?? false
        case .hebrew: return last.map(Context.isHebrew) ?? false
        case .katakanaDot: hasKatakanaDot = true
        case .arabicDigit: hasArabicDigit = true
        case .extendedArabicDigit: hasExtendedArabicDigit = true
        }
        return true
    }

    mutating func pass(_ value: UInt32) {
        last = value
        if Context.isJapanese(value) { hasJapanese = true }
    }

    /// What can be said at the end only: A.7, a middle dot among Japanese; A.8 and A.9, digits of one kind.
    var allowsAll: Bool { (!hasKatakanaDot || hasJapanese) && !(hasArabicDigit && hasExtendedArabicDigit) }

    // Scripts by their blocks, since Swift does not tell the property.

    private static func isGreek(_ value: UInt32) -> Bool {
        (0x0370...0x03FF).contains(value) || (0x1F00...0x1FFF).contains(value)
    }

    private static func isHebrew(_ value: UInt32) -> Bool {
        (0x0591...0x05F4).contains(value) || (0xFB1D...0xFB4F).contains(value)
    }

    /// Hiragana, Katakana or Han; not the dot itself, which is Common.
    private static func isJapanese(_ value: UInt32) -> Bool {
        switch value {
        case 0x30FB, 0x30FC, 0x30A0: false
        case 0x2E80...0x2FD5, 0x3005, 0x3007, 0x3021...0x3029, 0x3038...0x303B, 0x3041...0x30FF, 0x31F0...0x31FF,
            0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0xFF66...0xFF9D, 0x1B000...0x1B16F, 0x20000...0x3FFFF:
            true
        default: false
        }
    }
}
