import ByteStrings
import CPlatform
import Verdicts

extension Options {
    /// Reads argv, up to the first argument that is no option.
    ///
    /// - Throws: `misused` for an option that is unknown, abbreviated, lacks its value or has a bad one, or where no program
    ///   follows.
    init(_ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) throws(Failure) {
        self.init()
        let table = Option.table()
        cplatform_reset_options()
        while question == nil {
            let element = arguments[Int(max(cplatform_optind(), 1))]
            var index: Int32 = -1
            let result = getopt_long(count, arguments, Option.letters.cString, table, &index)
            if result == -1 { break }
            if index >= 0, let element { try Options.requireWhole(element, table[Int(index)]) }
            guard let option = Option(rawValue: result) else {
                let lacksValue = result == Int32(UInt8(ascii: ":"))
                throw Options.misused(lacksValue ? "option needs a value" : "unknown option", element)
            }
            try take(option, cplatform_optarg().map { [UInt8](cString: $0) } ?? [])
        }
        program = Int(cplatform_optind())
        guard question != nil || program < Int(count) else {
            throw .misused(
                Cause("no program to run", remedy: "pam-checkpwd [options] [--] prog [args]; see pam-checkpwd --help"))
        }
    }

    /// getopt_long takes any beginning of a long option for the whole: a later version with another option of the same
    /// beginning would then read the same command line differently.
    private static func requireWhole(_ element: UnsafePointer<CChar>, _ row: option) throws(Failure) {
        let given = [UInt8](cString: element).dropFirst(2).prefix { $0 != UInt8(ascii: "=") }
        guard given.elementsEqual([UInt8](cString: row.name)) else {
            throw misused("abbreviated option", element)
        }
    }

    private static func misused(_ what: StaticString, _ element: UnsafePointer<CChar>?) -> Failure {
        .misused(
            Cause(what, about: element.map { [UInt8](cString: $0) } ?? [], remedy: "see pam-checkpwd --help"))
    }
}
