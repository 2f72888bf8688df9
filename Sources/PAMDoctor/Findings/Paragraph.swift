import CheckpwdCore

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
