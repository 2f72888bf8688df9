import CLibc
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

    init() {}

    // MARK: The command line

    /// Reads argv, up to the first argument that is no option.
    ///
    /// - Throws: `misused` for an option that is unknown, abbreviated, lacks its value or has a bad one, or where no program
    ///   follows.
    init(_ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) throws(Failure) {
        self.init()
        let table = Option.table()
        let letters = Option.letters().map { CChar(bitPattern: $0) } + [0]
        clibc_reset_options()
        while question == nil {
            let element = arguments[Int(max(clibc_optind(), 1))]
            var index: Int32 = -1
            let result = getopt_long(count, arguments, letters, table, &index)
            if result == -1 { break }
            if index >= 0, let element { try Options.requireWhole(element, table[Int(index)]) }
            guard let option = Option(number: result) else {
                let lacksValue = result == Int32(UInt8(ascii: ":"))
                throw Options.misused(lacksValue ? .optionNeedsAValue : .unknownOption, element)
            }
            try take(option, clibc_optarg().map { [UInt8](cString: $0) } ?? [])
        }
        program = Int(clibc_optind())
        guard question == nil else { return }
        if isResident, !listsMechanisms { try requireNothingAfter(program < Int(count) ? arguments[program] : nil) }
        guard isResident || listsMechanisms || program < Int(count) else {
            throw .misused(
                Cause(.noProgramToRun, remedy: "pam-checkpwd [options] [--] prog [args]; see pam-checkpwd --help"))
        }
    }

    /// - Throws: `misused` where something is to follow a login: in one process that all logins share, nothing can.
    private func requireNothingAfter(_ program: UnsafePointer<CChar>?) throws(Failure) {
        let others: [Option] = [.chain, .dovecot, .holdSession]
        if let other = given.first(where: { others.contains($0) }) {
            throw .misused(
                Cause(.residentExcludes, about: [UInt8]("--") + [UInt8](other.name), remedy: "leave out one of them"))
        }
        guard let program else { return }
        throw .misused(
            Cause(.residentRunsNoProgram, about: [UInt8](cString: program), remedy: "leave out one of them"))
    }

    /// getopt_long takes any beginning of a long option for the whole: a later version with another option of the same
    /// beginning would then read the same command line differently.
    private static func requireWhole(_ element: UnsafePointer<CChar>, _ row: option) throws(Failure) {
        let given = [UInt8](cString: element).dropFirst(2).prefix { $0 != UInt8(ascii: "=") }
        guard given.elementsEqual([UInt8](cString: row.name)) else {
            throw misused(.abbreviatedOption, element)
        }
    }

    private static func misused(_ reason: Reason, _ element: UnsafePointer<CChar>?) -> Failure {
        .misused(
            Cause(reason, about: element.map { [UInt8](cString: $0) } ?? [], remedy: "see pam-checkpwd --help"))
    }

    // MARK: The effect of each option

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
            guard !value.contains(UInt8(ascii: "@")) else { throw Options.bad(value, .domainWithAtSign) }
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

    // MARK: A setuid program

    /// - Throws: `misused`, naming the first option that is not for every caller, or an ident that is more than a word.
    func requireHarmless() throws(Failure) {
        if let option = given.first(where: { $0.row.permission == .root }) {
            throw .misused(
                Cause(.optionRefusedToYou, about: [UInt8]("--") + [UInt8](option.name), remedy: "only root may give it"))
        }
        // Modules make a path of the terminal's name.
        let isWord = ident?.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
        guard isWord ?? true else {
            throw .misused(Cause(.badIdent, about: ident ?? [], remedy: "letters, digits, hyphens and underscores only"))
        }
    }
}
