import CheckpwdCore

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

extension Finding {
    /// A paragraph for a person to read on a terminal, of lines that are not longer than `width` if they can be broken.
    public func paragraph(width: Int = 78) -> String {
        var lines = ["\(severity.rawValue.uppercased()): \(place.text): \(what)"]
        lines += Finding.wrapped(why, width - 2).map { "  " + $0 }
        switch remedy {
        case .none: break
        case .run(let commands): lines += ["  Run:"] + commands.map { "      " + $0 }
        case .write(let proposal):
            lines += ["  \(introduction(to: proposal)):"]
            lines += proposal.lines.map { "      " + $0 }
        }
        return lines.map(Finding.printable).joined(separator: "\n")
    }

    private func introduction(to proposal: Proposal) -> String {
        switch proposal.position {
        case .before: "Write before \(proposal.place.text)"
        case .replacing where proposal.place == place: "Write"
        case .replacing: "Write in \(proposal.place.text)"
        case .end: "Write in \(proposal.place.file)"
        }
    }

    private static func wrapped(_ text: String, _ width: Int) -> [String] {
        var lines = [""]
        for word in text.split(separator: " ") {
            if lines[lines.count - 1].utf8.count + word.utf8.count + 1 > width, !lines[lines.count - 1].isEmpty { lines.append("") }
            lines[lines.count - 1] += (lines[lines.count - 1].isEmpty ? "" : " ") + word
        }
        return lines
    }

    /// Names and lines come from files: nothing in them may steer the terminal.
    private static func printable(_ text: String) -> String {
        var bytes: [UInt8] = []
        bytes.appendPrintable(Array(text.utf8))
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension String {
    /// A file's name as one word of a shell's, which no command takes for an option.
    var shellWord: String {
        let name = hasPrefix("-") ? "./" + self : self
        let plain = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
            default: "/._-+,:@%=".utf8.contains(byte)
            }
        }
        if plain, !name.isEmpty { return name }
        guard name.unicodeScalars.contains(where: { UTF8Text.steers($0.value) }) else {
            return "'" + name.split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#) + "'"
        }
        // What cannot be shown as it is can be written in no other quotes.
        let escaped = name.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "'"), UInt8(ascii: "\\"): "\\" + String(Unicode.Scalar(byte))
            case 0x20...0x7E: String(Unicode.Scalar(byte))
            default: "\\x" + String(decoding: Hex.encode(CollectionOfOne(byte)), as: UTF8.self)
            }
        }
        return "$'" + escaped.joined() + "'"
    }
}
