import Accounts
import ArgumentParser
import Checkpassword
import CheckpwdCore
import PAM
import PAMDoctor

struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Find what is wrong with a PAM service, and say which line to write.",
        discussion: """
            Reads the service's files as PAM does, and changes nothing. Exits 0 where nothing is wrong, 1 where something is not as \
            it should be, 2 where nobody gets in, or somebody who must not.
            """)

    @Argument(help: "The service: the name of a file in /etc/pam.d.")
    var service = "pam-checkpwd"

    @Option(help: ArgumentHelp("Try a real login as well, and show each step of it.", valueName: "name"))
    var login: String?

    @Flag(help: "Try it also where the service has no file of its own, as pam-checkpwd's --allow-other does.")
    var allowOther = false

    @Option(
        name: .customLong("as"),
        help: ArgumentHelp("Who the mail server runs pam-checkpwd as. (default: who runs this)", valueName: "user"))
    var callerName: String?

    @OptionGroup var certificates: CertificateOptions
    @OptionGroup var source: SecretSource
    @OptionGroup var options: StoreOptions

    @Flag(help: "Print a JSON object.")
    var json = false

    func validate() throws {
        if source.stdin, login == nil { throw ValidationError("--stdin is the password of --login.") }
        if allowOther, login == nil { throw ValidationError("--allow-other is for --login.") }
    }

    func run() throws {
        var status: Int32 = 0
        try failing { () throws(Failure) in
            let certificates = certificates.examine()
            guard certificates.isEmpty else {
                status = try CertificateReport.print(certificates, json: json)
                return
            }
            let service = try Service([UInt8](service.utf8))
            let examination = Examination(of: service)
            let keyFile: [UInt8]? = if case .file(let path) = options.keys { path } else { nil }
            let surroundings = Surroundings(store: options.place, keyFile: keyFile, caller: try caller()).findings(for: examination)
            let findings = (examination.findings() + surroundings).sorted { $0.severity > $1.severity }
            let report = DoctorReport(examination, findings)
            if !json { try report.print() }
            let trial = try tried(service)
            if json { try Output.write(report.json(trial)) } else { try trial.map { (trial) throws(Failure) in try DoctorReport.print(trial) } }
            status = max(report.status, trial.map(DoctorReport.status) ?? 0)
        }
        guard status == 0 else { throw ExitCode(status) }
    }

    private func caller() throws(Failure) -> Identity? {
        guard let callerName else { return nil }
        let name = [UInt8](callerName.utf8)
        guard let caller = try Identity.find(LoginName(name)) else {
            throw .misused(Cause(.noSuchAccount, about: name, remedy: "--as names who the mail server runs pam-checkpwd as"))
        }
        return caller
    }

    private func tried(_ service: Service) throws(Failure) -> Trial? {
        guard let login else { return nil }
        return Trial(of: LoginName([UInt8](login.utf8)), password: try source.read(twice: false), with: service, allowsOther: allowOther)
    }
}
