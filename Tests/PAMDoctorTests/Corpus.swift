import Testing

/// Stacks as they stand on real systems, or in the manuals of the modules, and all that doctor says of each.
struct CorpusStack: Sendable, CustomTestStringConvertible {
    let name: String
    let files: [String: String]
    /// `severity file:line what`.
    let findings: [String]

    var testDescription: String { name }

    init(_ name: String, _ files: [String: String], _ findings: [String]) {
        self.name = name
        self.files = files
        self.findings = findings
    }

    /// A service in one file: these auth lines behind those that keep root out, and nothing else to be said.
    init(_ name: String, auth: String, _ findings: [String]) {
        self.init(name, ["svc": System.service(System.noRoot + "\n" + auth)], findings)
    }

    /// A service that takes in these files of a distribution's.
    init(_ name: String, including files: [String: String], _ findings: [String]) {
        let lines = files.keys.sorted().map { "@include \($0)" }
        self.init(name, files.merging(["svc": lines.joined(separator: "\n")]) { first, _ in first }, findings)
    }

    /// A service of Red Hat's or Arch's kind, with one file for all kinds.
    init(_ name: String, shared: String, _ findings: [String]) {
        let lines = ["auth", "account", "session"].map { "\($0) include shared" }
        self.init(name, ["svc": lines.joined(separator: "\n"), "shared": shared], findings)
    }
}
