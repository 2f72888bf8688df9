import CLibc
import CheckpwdCore

/// Every option there is.
enum Option: Int32, CaseIterable {
    // The value is what getopt_long returns: a letter, or a number beyond all letters.
    case service = 115  // s
    case noenv = 101  // e
    case noChdirHome = 72  // H
    case ident = 105  // i
    case chain = 99  // c
    case mechanisms = 109  // m
    case plain = 112  // p
    case stripDomain = 68  // D
    case store = 83  // S
    case storeKey = 75  // K
    case debug = 100  // d
    case help = 104  // h
    case version = 86  // V
    case dovecot = 256
    case virtualUser
    case hexPasswords
    case challengeAge
    case replayCache
    case maxLength
    case holdSession
    case noSession
    case allowUserChange
    case allowOther
    case resident
    case listMechanisms
    case failDelay
    case countFailures

    var name: StaticString {
        switch self {
        case .service: "service"
        case .noenv: "noenv"
        case .noChdirHome: "no-chdir-home"
        case .ident: "ident"
        case .chain: "chain"
        case .mechanisms: "mechanisms"
        case .plain: "plain"
        case .stripDomain: "strip-domain"
        case .store: "store"
        case .storeKey: "store-key"
        case .debug: "debug"
        case .help: "help"
        case .version: "version"
        case .dovecot: "dovecot"
        case .virtualUser: "virtual-user"
        case .hexPasswords: "hex-passwords"
        case .challengeAge: "challenge-age"
        case .replayCache: "replay-cache"
        case .maxLength: "max-length"
        case .holdSession: "hold-session"
        case .noSession: "no-session"
        case .allowUserChange: "allow-user-change"
        case .allowOther: "allow-other"
        case .resident: "resident"
        case .listMechanisms: "list-mechanisms"
        case .failDelay: "fail-delay"
        case .countFailures: "count-failures"
        }
    }

    var takesValue: Bool {
        switch self {
        case .service, .ident, .mechanisms, .plain, .stripDomain, .store, .storeKey, .virtualUser, .challengeAge,
            .replayCache, .maxLength, .failDelay:
            true
        default: false
        }
    }

    /// getopt_long(3)'s table, ended by an empty row.
    static func table() -> [option] {
        allCases.map { each in
            option(
                name: each.name.cString, has_arg: each.takesValue ? required_argument : no_argument, flag: nil,
                val: each.rawValue)
        } + [option()]
    }

    /// getopt(3)'s letters: `+` ends the options at the first argument that is none, since what follows belongs to the
    /// program; `:` tells a missing value from an unknown option.
    static let letters: StaticString = "+:s:eHi:cm:p:D:S:K:dhV"
}
