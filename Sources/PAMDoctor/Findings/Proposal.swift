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
