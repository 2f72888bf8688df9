import CLibc
import CheckpwdCore

extension Options {
    /// Reads argv, up to the first argument that is no option.
    ///
    /// - Throws: `misused` for an option that is unknown, abbreviated, lacks its value or has a bad one, or where no program
    ///   follows.
    init(_ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) throws(Failure) {
        self.init()
        let table = Option.table()
        clibc_reset_options()
        while question == nil {
            let element = arguments[Int(max(clibc_optind(), 1))]
            var index: Int32 = -1
            let result = getopt_long(count, arguments, Option.letters.cString, table, &index)
            if result == -1 { break }
            if index >= 0, let element { try Options.requireWhole(element, table[Int(index)]) }
            guard let option = Option(rawValue: result) else {
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
}
