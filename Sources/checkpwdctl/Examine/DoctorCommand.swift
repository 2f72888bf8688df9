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
            let installation = InstallationChecks(store: options.place, keyFile: keyFile, caller: try caller()).findings(for: examination)
            let findings = (examination.findings() + installation).sorted { $0.severity > $1.severity }
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

/// What doctor prints.
struct DoctorReport {
    private let examination: Examination
    private let findings: [Finding]

    init(_ examination: Examination, _ findings: [Finding]) {
        self.examination = examination
        self.findings = findings
    }

    /// The exit status: notes are no fault.
    var status: Int32 {
        switch findings.map(\.severity).max() {
        case .broken?: 2
        case .warning?: 1
        case .note?, nil: 0
        }
    }

    /// A login that was refused is what may be wanted to be seen, and still no success.
    static func status(of trial: Trial) -> Int32 {
        switch trial.failure {
        case nil: 0
        case .declined?, .rejected?: 1
        case .temporary?, .misused?: 2
        }
    }

    func print() throws(Failure) {
        for finding in findings { try Output.write(Array(finding.paragraph().utf8) + [UInt8]("\n")) }
        let counts = Finding.Severity.allCases.reversed().compactMap { severity -> String? in
            let count = findings.count { $0.severity == severity }
            return count == 0 ? nil : "\(count) \(severity.rawValue)\(count > 1 && severity != .broken ? "s" : "")"
        }
        let files = examination.configuration?.files.joined(separator: ", ") ?? "no file"
        try Output.write(
            Array("\(examination.service): \(counts.isEmpty ? "nothing is wrong" : counts.joined(separator: ", ")) (\(files))".utf8))
    }

    static func print(_ trial: Trial) throws(Failure) {
        try Output.write([])
        for step in trial.steps {
            for message in step.messages {
                var line = Array("    \(message.style): ".utf8)
                line.appendReadable(message.text)
                try Output.write(line)
            }
            let words = [padded(step.call, 18), padded(step.code, 24), padded(step.words, 28), milliseconds(step.duration) + " ms"]
            try Output.write(Array(words.joined(separator: " ").utf8))
        }
        guard let failure = trial.failure else { return try Output.write(Array("the login is accepted".utf8)) }
        try Output.write(Array("the login is not accepted: ".utf8) + failure.cause.sentence)
    }

    func json(_ trial: Trial?) -> JSON {
        let files = examination.configuration?.files ?? []
        let login: JSON = if let trial { json(of: trial) } else { .null }
        let members: [(StaticString, JSON)] = [
            ("service", text(examination.service)), ("files", .array(files.map { text($0) })),
            ("findings", .array(findings.map { json(of: $0) })), ("login", login),
        ]
        return .object(members)
    }

    private func json(of finding: Finding) -> JSON {
        var members: [(StaticString, JSON)] = [
            ("severity", text(finding.severity.rawValue)), ("file", text(finding.place.file)),
            ("line", finding.place.line == 0 ? .null : .number(finding.place.line)), ("what", text(finding.what)),
            ("why", text(finding.why)),
        ]
        switch finding.remedy {
        case .none: break
        case .run(let commands): members.append(("run", .array(commands.map { text($0) })))
        case .write(let proposal):
            members += [
                ("write", .array(proposal.lines.map { text($0) })), ("write_file", text(proposal.place.file)),
                ("write_line", proposal.place.line == 0 ? .null : .number(proposal.place.line)),
                ("write_position", text(proposal.position.rawValue)),
            ]
        }
        return .object(members)
    }

    private func json(of trial: Trial) -> JSON {
        let cause: JSON = if let failure = trial.failure { .bytes(failure.cause.sentence) } else { .null }
        let steps: [JSON] = trial.steps.map { json(of: $0) }
        let members: [(StaticString, JSON)] = [
            ("accepted", .truth(trial.failure == nil)), ("cause", cause), ("steps", .array(steps)),
        ]
        return .object(members)
    }

    private func json(of step: Trial.Step) -> JSON {
        let messages: [JSON] = step.messages.map { message in
            let members: [(StaticString, JSON)] = [("style", text(message.style)), ("text", .bytes(message.text))]
            return .object(members)
        }
        let members: [(StaticString, JSON)] = [
            ("call", text(step.call)), ("code", text(step.code)), ("words", text(step.words)),
            ("microseconds", .number(DoctorReport.microseconds(step.duration))), ("messages", .array(messages)),
        ]
        return .object(members)
    }

    private func text(_ string: String) -> JSON { .bytes(Array(string.utf8)) }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(width - text.utf8.count, 0))
    }

    private static func microseconds(_ duration: Duration) -> Int {
        Int(duration.components.seconds) * 1_000_000 + Int(duration.components.attoseconds / 1_000_000_000_000)
    }

    /// With one digit after the point.
    private static func milliseconds(_ duration: Duration) -> String {
        let tenths = (microseconds(duration) + 50) / 100
        return "\(tenths / 10).\(tenths % 10)"
    }
}
