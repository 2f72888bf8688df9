import PAM

/// Lines to write into a file of a PAM configuration: a value, which can be tried before it is printed.
public struct Proposal: Hashable, Sendable {
    public enum Position: String, Hashable, Sendable {
        /// In place of the line, with those that continue it.
        case replacing
        /// Before the line.
        case before
        /// At the end of the file.
        case end
    }

    public let lines: [String]
    public let place: Place
    public let position: Position

    /// - Parameter place: a line; without one, the lines go to the end of the file.
    init(_ lines: [String], at place: Place, _ position: Position = .replacing) {
        self.lines = lines
        self.place = place
        self.position = place.line == 0 ? .end : position
    }

    /// Whether both cannot be followed: each puts other lines in place of the same one.
    func contradicts(_ other: Proposal) -> Bool {
        position == .replacing && other.position == .replacing && place == other.place && lines != other.lines
    }

    /// The files as they are if all these proposals are followed. None may contradict another.
    static func following(_ proposals: [Proposal], in tree: FileTree) -> FileTree {
        var tree = tree
        for file in Set(proposals.map(\.place.file)) {
            guard case .text(let text) = tree.read(file) else { continue }
            tree = tree.imagining(file, as: following(proposals.filter { $0.place.file == file }, in: text))
        }
        return tree
    }

    private static func following(_ proposals: [Proposal], in text: [UInt8]) -> [UInt8] {
        let ends = Dictionary(LogicalLine.all(in: text).lines.map { ($0.number, $0.last) }) { first, _ in first }
        var result: [String] = []
        var skipped = 0
        for (index, line) in text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
            let here = proposals.filter { $0.place.line == index + 1 }
            for proposal in here where proposal.position == .before { result += proposal.lines }
            if let proposal = here.first(where: { $0.position == .replacing }) {
                result += proposal.lines
                skipped = ends[index + 1] ?? index + 1
            }
            if index + 1 > skipped { result.append(String(decoding: line, as: UTF8.self)) }
        }
        for proposal in proposals where proposal.position == .end { result += proposal.lines }
        return Array((result.joined(separator: "\n") + "\n").utf8)
    }
}

/// Tries proposals before they are printed: every situation with the service as it is, and as it would be.
struct ProposalTrial {
    private let examination: Examination
    private let situations: [Situation]
    private let before: [ImaginedLogin]
    private let places: [Situation: Int]
    private let codes: Situation.Codes
    /// If no login is accepted, a proposal can only go wrong by accepting the wrong ones.
    private let admitsSomebody: Bool

    init(_ examination: Examination) {
        self.examination = examination
        let modules = [ManagementGroup.auth, .account].flatMap { examination.stack($0).compactMap(\.module) }
        let codes = Situation.Codes(modules)
        self.codes = codes
        situations = Situation.all(for: modules)
        places = Dictionary(zip(situations, situations.indices)) { first, _ in first }
        before = examination.imagine(situations)
        admitsSomebody = zip(situations, before).contains { $0.isEntitled(codes) == true && $1.verdict == .accepted }
    }

    /// What all these proposals together would make worse.
    ///
    /// - Returns: the first such situation and what would become of it, in words; nil if nothing gets worse.
    func worsening(_ proposals: [Proposal]) -> String? {
        let after = Examination(named: examination.service, in: Proposal.following(proposals, in: examination.tree)).imagine(situations)
        for (index, situation) in situations.enumerated() {
            if let what = worsening(situation, before[index], after[index]) { return "\(situation.words) \(what)" }
        }
        return nil
    }

    private func worsening(_ situation: Situation, _ before: ImaginedLogin, _ after: ImaginedLogin) -> String? {
        let entitled = isEntitled(situation)
        if after.verdict == .accepted {
            if before.verdict != .accepted { return isOpened(situation, entitled) ? "would be accepted" : nil }
            if after.isCounted, !before.isCounted { return "would be counted as a failure" }
            if before.isForgiven, !after.isForgiven { return "would no longer end the count of failures" }
            return nil
        }
        guard admitsSomebody else { return nil }
        if before.verdict == .accepted {
            if entitled == false { return nil }
            // To ask one more backend is to wait for it.
            return after.verdict == .temporary && situation.isUndecided ? nil : "would be \(after.verdict.rawValue)"
        }
        if before.verdict != after.verdict {
            let isJudged = situation.account == .root || situation.isExpired || situation.isLocked
            if after.verdict == .refused, situation.isUndecided, !isJudged { return "would be refused, not told to try again" }
            if after.verdict == .temporary, situation.trouble == nil, entitled == false, !isJudged { return "would be told to try again, not refused" }
        }
        if before.isCounted, !after.isCounted, situation.trouble == nil, situation.account != .root {
            return "would no longer be counted as a failure"
        }
        return nil
    }
}

extension ProposalTrial {
    private func wasAccepted(_ situation: Situation) -> Bool { places[situation].map { before[$0].verdict == .accepted } ?? false }

    private func isEntitled(_ situation: Situation) -> Bool? {
        // A rule that refuses a password is meant for a challenge as well.
        if situation.isChallenge, situation.refusing != nil {
            var password = situation
            password.isChallenge = false
            if !wasAccepted(password) { return false }
        }
        return situation.isEntitled(codes)
    }

    /// Whether it is the proposal's fault that this login is accepted, which was not before.
    private func isOpened(_ situation: Situation, _ entitled: Bool?) -> Bool {
        if entitled == true { return false }
        guard situation.account != .unknown, situation.password == .right || situation.isChallenge else { return true }
        // If an ordinary login of the account did not succeed either, other lines are to keep out root and expired accounts.
        var ordinary = situation
        if situation.account == .root { ordinary.account = .local }
        ordinary.isExpired = false
        ordinary.isLocked = false
        ordinary.refusing = nil
        return ordinary.isEntitled(codes) != true || wasAccepted(ordinary)
    }
}

extension Examination {
    /// The logins of these situations.
    func imagine(_ situations: [Situation]) -> [ImaginedLogin] {
        let folders = ModuleFolders(in: tree)
        let isReadable = configuration != nil && configuration?.givesUp == nil
        // pam-checkpwd refuses a service without auth lines of its own.
        let stacks = Dictionary(uniqueKeysWithValues: ManagementGroup.allCases.map { kind in
            (kind, !isReadable ? [] : kind == .auth ? ownStack(kind) : stack(kind))
        })
        let modules = Set(stacks.values.flatMap { $0.compactMap(\.module) })
        let missing = folders.paths.isEmpty ? [] : modules.filter { folders.path(of: $0) == nil }
        return situations.map { ImaginedLogin($0, through: stacks, isDebian: isDebian) { missing.contains($0) } }
    }

    /// Whether every situation can be tried in a moment.
    var isShort: Bool { ManagementGroup.allCases.allSatisfy { stack($0).count <= 60 } }

    var isDebian: Bool { tree.status("/etc/debian_version") != nil }

    /// The findings, with only those proposals that make nothing worse, each alone and all of them together.
    func tried(_ findings: [Finding]) -> [Finding] {
        guard configuration != nil, findings.contains(where: { $0.proposal != nil }) else { return findings }
        guard isShort else { return findings.map { $0.proposal == nil ? $0 : $0.withoutProposal("No line is proposed: there are too many lines to try it.") } }
        let trial = ProposalTrial(self)
        var kept: [Proposal] = []
        return findings.map { finding in
            guard let proposal = finding.proposal else { return finding }
            if kept.contains(where: proposal.contradicts) {
                return finding.withoutProposal("No line is proposed: another one is, for the same place. Run doctor again after that.")
            }
            // An administrator may follow one proposal and not the others.
            if let worse = trial.worsening([proposal]) ?? trial.worsening(kept + [proposal]) {
                let own = proposal.lines.filter { !Examination.model.contains($0) }
                let lines = (own.isEmpty ? proposal.lines : own).map { "'\($0)'" }
                return finding.withoutProposal("No line is proposed: with \(Examination.list(lines)), \(worse).")
            }
            kept.append(proposal)
            return finding
        }
    }
}
