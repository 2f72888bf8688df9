import Foundation
import TestSupport
import Testing

/// The codes that a log's `reason` may have: each module has a table of them, `Reasons.swift`.
@Suite struct ReasonCodeTests {
    /// The modules that pam-checkpwd is made of.
    private static let login = ["PAM", "Login", "Accounts", "Checkpassword", "Cryptography", "SecretStore", "pam-checkpwd"]

    /// The rows of the tables, as `module: code`.
    private static func rows() throws -> [(module: String, code: String)] {
        let sources = URL(fileURLWithPath: Stage.repository("Sources"))
        let files = try #require(FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
            .compactMap { $0 as? URL }.filter { $0.lastPathComponent.hasSuffix("Reasons.swift") }
        return try files.flatMap { file in
            let module = file.path.dropFirst(sources.path.count + 1).split(separator: "/")[0]
            return try String(contentsOf: file, encoding: .utf8).matches(of: #/Reason\("([^"]+)", "/#).map { (String(module), String($0.1)) }
        }
    }

    @Test func `a code stands in one row, and has lower-case words joined by hyphens`() throws {
        let codes = try Self.rows().map(\.code)
        #expect(codes.count > 150)
        #expect(Set(codes).count == codes.count, "\(codes.filter { code in codes.count { $0 == code } > 1 })")
        for code in codes { #expect(code.wholeMatch(of: #/[a-z0-9]+(-[a-z0-9]+)*/#) != nil, "\(code)") }
    }

    @Test func `the manual page of pam-checkpwd lists every code that it can log, and no other`() throws {
        let manual = try String(contentsOfFile: Stage.repository("docs/pam-checkpwd.8"), encoding: .utf8)
        let start = try #require(manual.range(of: ".Ss Reason codes\n")).upperBound
        let end = try #require(manual.range(of: "\n.Sh ", range: start..<manual.endIndex)).lowerBound
        let verdicts: Set = ["rejected", "temporary", "misused"]
        let listed = manual[start..<end].matches(of: #/(?m)^\.Ql ([a-z0-9-]+)/#).map { String($0.1) }.filter { !verdicts.contains($0) }
        #expect(Set(listed).count == listed.count)
        let rows = try Self.rows()
        // Shared ones are in the manual page if pam-checkpwd gives them; 'success' is no failure.
        let own = Set(rows.filter { Self.login.contains($0.module) }.map(\.code)).subtracting(["success"])
        let shared = Set(rows.filter { $0.module == "CheckpwdCore" }.map(\.code))
        #expect(own.subtracting(listed) == [])
        #expect(Set(listed).subtracting(own).subtracting(shared) == [])
    }
}
