/// Something that an administrator would want to know, and what to do about it.
public struct Finding: Hashable, Sendable {
    public enum Severity: String, Comparable, CaseIterable, Sendable {
        /// Worth knowing, nothing to do.
        case note
        /// It works, but not as it should.
        case warning
        /// Nobody gets in, or somebody does who must not.
        case broken

        public static func < (left: Severity, right: Severity) -> Bool {
            allCases.firstIndex(of: left)! < allCases.firstIndex(of: right)!
        }
    }

    /// What to do about it.
    public enum Remedy: Hashable, Sendable {
        case none
        /// Lines of a configuration.
        case write(Proposal)
        /// Commands of a shell.
        case run([String])
    }

    public let severity: Severity
    public let place: Place
    /// What is there.
    public let what: String
    /// Why it matters.
    public var why: String { remedy == .none ? reason : reason + advice }
    private var reason: String
    /// How to follow the remedy.
    private let advice: String
    public private(set) var remedy: Remedy

    /// - Parameters:
    ///   - advice: how to follow the remedy, if there is one.
    ///   - elsewhere: the line that `lines` go to, if it is not the place itself.
    ///   - position: how they go there.
    ///   - lines: what to write.
    ///   - commands: what to run in place of that.
    init(
        _ severity: Severity, _ place: Place, _ what: String, why: String, advice: String = "", at elsewhere: Place? = nil,
        _ position: Proposal.Position = .replacing, write lines: [String] = [], run commands: [String] = []
    ) {
        self.severity = severity
        self.place = place
        self.what = what
        reason = why
        self.advice = advice
        if !lines.isEmpty {
            remedy = .write(Proposal(lines, at: elsewhere ?? place, position))
        } else {
            remedy = commands.isEmpty ? .none : .run(commands)
        }
    }

    /// The lines that it proposes.
    var proposal: Proposal? {
        if case .write(let proposal) = remedy { proposal } else { nil }
    }

    /// The same without its lines.
    ///
    /// - Parameter explanation: why none are proposed.
    func withoutProposal(_ explanation: String) -> Finding {
        var finding = self
        finding.remedy = .none
        finding.reason += " " + explanation
        return finding
    }
}
