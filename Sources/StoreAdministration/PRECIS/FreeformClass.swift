import CDynamic
import CheckpwdCore

/// The FreeformClass of strings (RFC 8264 section 4.3): which characters may be in one, by what Unicode says of them.
enum FreeformClass {
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
