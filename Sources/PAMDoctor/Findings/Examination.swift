import PAM

/// A service as it is on this system, and all that can be said of it. Nothing is changed, and nobody is logged in.
public struct Examination: Sendable {
    public let service: String
    /// What PAM makes of the service's own file; nil where there is none.
    public let configuration: Configuration?
    /// The service `other`, which PAM takes for each kind that the service has no line of.
    public let other: Configuration?
    let tree: FileTree

    public init(of service: Service, in tree: FileTree = FileTree()) {
        self.init(named: String(decoding: service.name, as: UTF8.self), in: tree)
    }

    init(named service: String, in tree: FileTree) {
        self.service = service
        self.tree = tree
        configuration = Configuration(of: self.service, in: tree)
        other = Configuration(of: "other", in: tree)
    }

    /// The service's own file, where it is or should be.
    var path: String { configuration?.files.first ?? Reader.folders[0] + service }

    /// The lines that PAM walks through.
    func stack(_ kind: ManagementGroup) -> Stack {
        if let own = configuration?[kind], !own.isEmpty { return own }
        return other?[kind] ?? []
    }

    /// The lines that stand in the service's own file, or that it takes in.
    func ownStack(_ kind: ManagementGroup) -> Stack { configuration?[kind] ?? [] }

    /// What is to be said, the gravest first.
    public func findings() -> [Finding] {
        var all = presence()
        if let configuration {
            all += configuration.findings
            all += givenUp()
            all += ownership()
            if configuration.givesUp == nil { all += judgements(all) }
        }
        var seen: Set<Finding> = []
        let unique = all.filter { seen.insert($0).inserted }
        // Stable: within a severity, in the order of the checks.
        return tried(Finding.Severity.allCases.reversed().flatMap { severity in unique.filter { $0.severity == severity } })
    }

    /// What comes of the lines when PAM walks through them.
    private func judgements(_ before: [Finding]) -> [Finding] {
        var all = installed()
        all += jumps()
        // A fault that is found already is why nobody gets in.
        if !(before + all).contains(where: { $0.severity == .broken }) { all += noWayIn() }
        if isShort { all += firstPass() + cutOff() }
        all += openDoor()
        all += expired()
        all += unavailable()
        all += rootAdmitted()
        all += onlyForPasswords()
        all += faillock()
        all += questions()
        return all
    }

    private func givenUp() -> [Finding] {
        guard let place = configuration?.givesUp else { return [] }
        return [
            Finding(
                .broken, place, "PAM gives up on the whole service here",
                why: "pam_start returns 'abort', whatever the other lines say: no login can succeed.")
        ]
    }
}
