import CDynamic

/// What the contextual rules (RFC 5892 appendix A) have to know of the characters around one.
struct Context {
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
