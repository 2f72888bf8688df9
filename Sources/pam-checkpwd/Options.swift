import ByteStrings
import CPlatform
import PAM
import SecretStore
import Verdicts

/// The command line, read but not yet acted on.
struct Options {
    var service: [UInt8]?
    var keepsIdentity = false
    var entersHome = true
    var debug = false
    var store = [UInt8](SecretStore.defaultPath)
    var storeKey = [UInt8](SecretStore.defaultKeyPath)
    var allowsOther = false
    /// `--help` or `--version`: print it, and nothing else.
    var question: Question?
    /// Where in argv the program to run stands.
    var program = 0

    enum Question {
        case help, version
    }

    private enum Letter {
        static let service = Int32(UInt8(ascii: "s"))
        static let noenv = Int32(UInt8(ascii: "e"))
        static let noChdirHome = Int32(UInt8(ascii: "H"))
        static let debug = Int32(UInt8(ascii: "d"))
        static let store = Int32(UInt8(ascii: "S"))
        static let storeKey = Int32(UInt8(ascii: "K"))
        static let help = Int32(UInt8(ascii: "h"))
        static let version = Int32(UInt8(ascii: "V"))
        static let missingValue = Int32(UInt8(ascii: ":"))
        static let unknown = Int32(UInt8(ascii: "?"))
        // Long options without a letter.
        static let allowOther: Int32 = 256
    }

    /// `+` ends the options at the first argument that is none: what follows belongs to the program. `:` tells a missing
    /// value from an unknown option.
    private static let short: StaticString = "+:s:eHdS:K:hV"

    private static func long() -> [option] {
        [
            option("service", takesValue: true, Letter.service),
            option("noenv", takesValue: false, Letter.noenv),
            option("no-chdir-home", takesValue: false, Letter.noChdirHome),
            option("debug", takesValue: false, Letter.debug),
            option("store", takesValue: true, Letter.store),
            option("store-key", takesValue: true, Letter.storeKey),
            option("allow-other", takesValue: false, Letter.allowOther),
            option("help", takesValue: false, Letter.help),
            option("version", takesValue: false, Letter.version),
            option(),
        ]
    }

    /// - Throws: `misused` for an option that is unknown, abbreviated or lacks its value.
    init(_ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) throws(Failure) {
        let long = Options.long()
        cplatform_reset_options()
        scan: while true {
            let element = arguments[Int(max(cplatform_optind(), 1))]
            var index: Int32 = -1
            let letter = getopt_long(count, arguments, Options.short.cString, long, &index)
            if letter == -1 { break }
            if index >= 0, let element { try Options.requireWhole(element, long[Int(index)]) }
            let value = cplatform_optarg().map { [UInt8](cString: $0) } ?? []
            switch letter {
            case Letter.service: service = value
            case Letter.noenv: keepsIdentity = true
            case Letter.noChdirHome: entersHome = false
            case Letter.debug: debug = true
            case Letter.store: store = value
            case Letter.storeKey: storeKey = value
            case Letter.allowOther: allowsOther = true
            case Letter.help, Letter.version:
                question = letter == Letter.help ? .help : .version
                break scan
            case Letter.missingValue:
                throw Options.misused("option needs a value", element)
            default:
                throw Options.misused("unknown option", element)
            }
        }
        program = Int(cplatform_optind())
        guard question != nil || program < Int(count) else {
            throw .misused(
                Cause("no program to run", remedy: "pam-checkpwd [options] [--] prog [args]; see pam-checkpwd --help"))
        }
    }

    /// getopt_long takes any beginning of a long option for the whole: a later version with another option of the same
    /// beginning would then read the same command line differently.
    private static func requireWhole(
        _ element: UnsafePointer<CChar>, _ option: option
    ) throws(Failure) {
        let given = [UInt8](cString: element).dropFirst(2).prefix { $0 != UInt8(ascii: "=") }
        guard given.elementsEqual([UInt8](cString: option.name)) else {
            throw misused("abbreviated option", element)
        }
    }

    private static func misused(_ what: StaticString, _ element: UnsafePointer<CChar>?) -> Failure {
        .misused(
            Cause(what, about: element.map { [UInt8](cString: $0) } ?? [], remedy: "see pam-checkpwd --help"))
    }
}

extension option {
    fileprivate init(_ name: StaticString, takesValue: Bool, _ letter: Int32) {
        self.init(name: name.cString, has_arg: takesValue ? required_argument : no_argument, flag: nil, val: letter)
    }
}

extension StaticString {
    /// Literals end in a NUL byte and live as long as the program.
    fileprivate var cString: UnsafePointer<CChar> {
        UnsafeRawPointer(utf8Start).assumingMemoryBound(to: CChar.self)
    }
}
