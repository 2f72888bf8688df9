import ArgumentParser
import SASL
import SMTPServer

/// How clients log in, and who decides.
struct AuthOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            The mechanisms that are offered, apart by commas: LOGIN, PLAIN, CRAM-MD5. (default: LOGIN,PLAIN, and CRAM-MD5 if \
            pam-checkpwd lists it)
            """, valueName: "names"))
    var mechanisms: MechanismList?

    @Option(
        help: ArgumentHelp(
            """
            The checkpassword program and its arguments, apart by blanks; no shell reads them. (default: \(Self.command), \
            with --auth-resident \(Self.workerCommand))
            """, valueName: "command"))
    var authCommand: String?

    @Flag(help: "Keep the auth command, and ask it about login after login, as pam-checkpwd --resident has it.")
    var authResident = false

    @Option(
        help: ArgumentHelp(
            """
            The order of the fields on the auth command's descriptor 3: netqmail, sqmail, indimail. (default: indimail for \
            pam-checkpwd, else netqmail)
            """, valueName: "order"))
    var fieldOrder: FieldOrder?

    @Option(
        help: ArgumentHelp(
            "Make the domain's letters of a login lower case, or all of them, before it is used: domain, all.", valueName: "part"))
    var lowerCaseLogins: LoginCase?

    @Option(help: ArgumentHelp("How long the auth command may run.", valueName: "seconds"))
    var authTimeout = Seconds(60)

    @Option(help: ArgumentHelp("How many auth commands run at once; further logins wait.", valueName: "number"))
    var maxAuth = Count(64)

    func validate() throws {
        guard !words.isEmpty, authCommand?.utf8.contains(0) != true else {
            throw ValidationError("--auth-command names no program.")
        }
        guard command.isPamCheckpwd, command.isWorker != authResident else { return }
        throw ValidationError(
            authResident
                ? "--auth-resident needs --resident among pam-checkpwd's options in --auth-command: without it no login is answered."
                : "--resident in --auth-command needs --auth-resident: without it no login is answered.")
    }

    var command: AuthCommand { AuthCommand(words) }

    /// The order of the fields that is used.
    var usedFieldOrder: FieldOrder { fieldOrder ?? command.fieldOrder }

    /// How logins are used.
    var loginCase: LoginCase { lowerCaseLogins ?? .asSent }

    /// The command in words. No shell reads them, so there is no quoting.
    private var words: [[UInt8]] {
        let words = authCommand ?? (authResident ? Self.workerCommand : Self.command)
        return words.utf8.split(separator: UInt8(ascii: " ")).map { Array($0) }
    }

    private static let command = "pam-checkpwd -s smtp -e -- /bin/true"
    private static let workerCommand = "pam-checkpwd --resident -s smtp -e"
}

/// Mechanisms as `--mechanisms` names them.
struct MechanismList: ExpressibleByArgument {
    let mechanisms: [Mechanism]

    /// - Returns: nil where one of them is not known, or named twice.
    init?(argument: String) {
        let names = argument.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        let known = names.compactMap { Mechanism(name: $0) }
        guard known.count == names.count, Set(known).count == known.count else { return nil }
        mechanisms = known
    }
}

extension FieldOrder: ExpressibleByArgument {}

extension LoginCase: ExpressibleByArgument {
    /// Not to give the option is how logins are left as they are.
    public init?(argument: String) {
        guard let loginCase = LoginCase(rawValue: argument), loginCase != .asSent else { return nil }
        self = loginCase
    }

    public static var allValueStrings: [String] { ["domain", "all"] }
}
