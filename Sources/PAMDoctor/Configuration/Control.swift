import PAM

/// What is done with a module's answer, pam.d(5).
public enum Action: Hashable, Sendable {
    case ignore, ok, done, bad, die, reset
    /// Over so many of the next lines.
    case jump(Int)

    /// The words for it; `jump` is written as its number.
    static let words: [(String, Action)] = [
        ("ignore", .ignore), ("ok", .ok), ("done", .done), ("bad", .bad), ("die", .die), ("reset", .reset),
    ]

    var text: String {
        if case .jump(let count) = self { return String(count) }
        return Action.words.first { $0.1 == self }!.0
    }
}

/// An action for each answer: the second word of a line.
public struct Control: Hashable, Sendable {
    private var actions: [Action]

    public subscript(answer: ReturnValue) -> Action {
        get { actions[answer.number] }
        set { actions[answer.number] = newValue }
    }

    init(_ some: [ReturnValue: Action] = [:], otherwise: Action) {
        actions = ReturnValue.allCases.map { some[$0] ?? otherwise }
    }

    /// One of the simple words, in either case, in the words' longer spelling (pam.d(5)).
    init?(word: String) {
        switch word.lowercased() {
        case "required": self.init([.success: .ok, .newAuthtokReqd: .ok, .ignore: .ignore], otherwise: .bad)
        case "requisite": self.init([.success: .ok, .newAuthtokReqd: .ok, .ignore: .ignore], otherwise: .die)
        case "optional": self.init([.success: .ok, .newAuthtokReqd: .ok], otherwise: .ignore)
        case "sufficient": self.init([.success: .done, .newAuthtokReqd: .done], otherwise: .ignore)
        default: return nil
        }
    }

    /// What stands between brackets.
    ///
    /// - Throws: `Malformed`, where libpam takes every answer, success too, as a failure.
    init(pairs text: [UInt8]) throws(Malformed) {
        var given: [ReturnValue: Action] = [:]
        var rest = text[...]
        while true {
            rest = Control.skippingBlanks(rest)
            if rest.isEmpty { break }
            let value = try Control.value(&rest)
            rest = Control.skippingBlanks(rest)
            guard rest.popFirst() == UInt8(ascii: "=") else { throw Malformed("'=' is missing after '\(value?.rawValue ?? "default")'") }
            rest = Control.skippingBlanks(rest)
            let action = try Control.action(&rest)
            if let value {
                given[value] = action
            } else {
                // 'default' speaks of what was not named before it.
                for answer in ReturnValue.allCases where given[answer] == nil { given[answer] = action }
            }
        }
        self.init(given, otherwise: .bad)
    }

    /// Why a control is none.
    struct Malformed: Error {
        let what: String
        init(_ what: String) { self.what = what }
    }

    /// An answer's name, or nil for `default`. libpam looks no further than the name: no blank need follow it.
    private static func value(_ rest: inout ArraySlice<UInt8>) throws(Malformed) -> ReturnValue? {
        for answer in ReturnValue.allCases where rest.starts(with: answer.rawValue.utf8) {
            rest = rest.dropFirst(answer.rawValue.utf8.count)
            return answer
        }
        guard rest.starts(with: "default".utf8) else { throw Malformed("'\(word(rest))' is no return value") }
        rest = rest.dropFirst("default".utf8.count)
        return nil
    }

    private static func action(_ rest: inout ArraySlice<UInt8>) throws(Malformed) -> Action {
        for (name, action) in Action.words where rest.starts(with: name.utf8) {
            rest = rest.dropFirst(name.utf8.count)
            return action
        }
        let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard !digits.isEmpty else { throw Malformed("'\(word(rest))' is no action") }
        // More lines than any stack has: a jump too far, however many digits.
        let count = digits.reduce(0) { min($0 * 10 + Int($1 - UInt8(ascii: "0")), 1_000_000) }
        guard count > 0 else { throw Malformed("a jump over 0 lines is none: write 'ignore'") }
        rest = rest.dropFirst(digits.count)
        return .jump(count)
    }

    private static func skippingBlanks(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        text.drop { $0 == UInt8(ascii: " ") || (0x09...0x0D).contains($0) }
    }

    private static func word(_ text: ArraySlice<UInt8>) -> String {
        String(decoding: text.prefix { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") && $0 != UInt8(ascii: "=") }, as: UTF8.self)
    }
}

/// What a module returns, under the name that controls have for it (pam.d(5)). The order is that of PAM's numbers.
public enum ReturnValue: String, CaseIterable, Sendable {
    case success
    case openErr = "open_err"
    case symbolErr = "symbol_err"
    case serviceErr = "service_err"
    case systemErr = "system_err"
    case bufErr = "buf_err"
    case permDenied = "perm_denied"
    case authErr = "auth_err"
    case credInsufficient = "cred_insufficient"
    case authinfoUnavail = "authinfo_unavail"
    case userUnknown = "user_unknown"
    case maxtries
    case newAuthtokReqd = "new_authtok_reqd"
    case acctExpired = "acct_expired"
    case sessionErr = "session_err"
    case credUnavail = "cred_unavail"
    case credExpired = "cred_expired"
    case credErr = "cred_err"
    case noModuleData = "no_module_data"
    case convErr = "conv_err"
    case authtokErr = "authtok_err"
    case authtokRecoverErr = "authtok_recover_err"
    case authtokLockBusy = "authtok_lock_busy"
    case authtokDisableAging = "authtok_disable_aging"
    case tryAgain = "try_again"
    case ignore
    case abort
    case authtokExpired = "authtok_expired"
    case moduleUnknown = "module_unknown"
    case badItem = "bad_item"
    case convAgain = "conv_again"
    case incomplete

    /// PAM's number for it.
    public var number: Int { ReturnValue.allCases.firstIndex(of: self)! }

    /// What pam-checkpwd makes of it.
    public var meaning: ReturnCode.Meaning { ReturnCode(rawValue: Int32(number)).meaning }
}
