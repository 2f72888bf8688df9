import Checkpassword
import CheckpwdCore
import Login
import SecretStore

/// The command line, read but not yet acted on.
struct Options {
    var service: [UInt8]?
    var ident: [UInt8]?
    var takeover = Policy.Takeover.become
    var session = Policy.Session.brief
    var entersHome = true
    var chains = false
    var isDovecot = false
    var isResident = false
    var listsMechanisms = false
    /// Nil if `-m` is not given.
    var mechanisms: Mechanisms?
    var passwordSource = Policy.PasswordSource.pam
    var allowsHexPasswords = false
    var allowsOther = false
    var allowsUserChange = false
    var domains: [[UInt8]] = []
    var virtualUser: [UInt8]?
    var store = StorePlace.standard
    /// Nil where nobody names a file.
    var storeKey: [UInt8]?
    /// Nil where nobody names a folder.
    var replayCache: [UInt8]?
    var challengeAge: UInt64 = 600
    /// In seconds.
    var failDelay: UInt64 = 2
    var countsFailures = false
    var maxLength = Descriptor.limit
    var debug = false
    /// Every option that was given, in order.
    var given: [Option] = []
    /// `--help` or `--version`: print it, and nothing else.
    var question: Question?
    /// Where in argv the program to run stands.
    var program = 0

    enum Question {
        case help, version
    }

    /// Takes one option.
    ///
    /// - Throws: `misused` where the value is not one of the option's.
    mutating func take(_ option: Option, _ value: [UInt8]) throws(Failure) {
        given.append(option)
        switch option {
        case .service: service = value
        case .ident: ident = value
        case .noenv: takeover = .stay
        case .noChdirHome: entersHome = false
        case .chain: chains = true
        case .dovecot: isDovecot = true
        case .resident: isResident = true
        case .listMechanisms: listsMechanisms = true
        case .noSession: session = .none
        case .holdSession: session = .held
        case .mechanisms:
            guard let mechanisms = Mechanisms(names: value) else { throw Options.bad(value, .unknownMechanism) }
            self.mechanisms = mechanisms
        case .plain: passwordSource = try Options.passwordSource(value)
        case .hexPasswords: allowsHexPasswords = true
        case .allowOther: allowsOther = true
        case .allowUserChange: allowsUserChange = true
        case .stripDomain:
            guard !value.isEmpty else { throw Options.bad(value, .emptyDomain) }
            guard !value.contains(UInt8(ascii: "@")) else { throw Options.bad(value, .domainWithAn) }
            domains.append(value)
        case .virtualUser: virtualUser = value
        case .store: store = StorePlace(value)
        case .storeKey: storeKey = value
        case .replayCache: replayCache = value
        case .challengeAge: challengeAge = UInt64(try Options.number(value, in: 0...31_536_000))
        case .maxLength: maxLength = try Options.number(value, in: Descriptor.limit...65536)
        case .failDelay: failDelay = UInt64(try Options.number(value, in: 0...60))
        case .countFailures: countsFailures = true
        case .debug: debug = true
        case .help: question = .help
        case .version: question = .version
        }
    }

    private static func passwordSource(_ value: [UInt8]) throws(Failure) -> Policy.PasswordSource {
        if value == "pam" { return .pam }
        if value == "store" { return .store }
        if value == "pam,store" { return .pamThenStore }
        throw bad(value, .plainTakesPamStoreOrPamStore)
    }

    private static func number(_ value: [UInt8], in range: ClosedRange<Int>) throws(Failure) -> Int {
        var number = 0
        for digit in value {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit), number <= range.upperBound else {
                throw bad(value, .numberOutOfRange)
            }
            number = number * 10 + Int(digit - UInt8(ascii: "0"))
        }
        guard !value.isEmpty, range.contains(number) else { throw bad(value, .numberOutOfRange) }
        return number
    }

    private static func bad(_ value: [UInt8], _ reason: Reason) -> Failure {
        .misused(Cause(reason, about: value, remedy: "see pam-checkpwd --help"))
    }
}
