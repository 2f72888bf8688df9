@testable import SMTP
import TestSupport
import Testing

/// A session as it is written in an RFC: who says what, and what must come of it, a line each.
///
/// - `C text`: the client sends a line, `c text` without its end; `\r`, `\n` and `\0` stand for those bytes
/// - `B text`, `b text`: the backend does
/// - `yes`, `no`, `later`: what came of the login; `secured`, `ended`, `idle`: what else can happen
/// - everything else, as `Dialogue` has it, must come of the line before, all of it and in this order; a line that ends in
///   `~` need only begin so
struct Transcript: CustomTestStringConvertible {
    let name: String
    var policy = Dialogue.policy
    var isTLS = true
    let lines: [String]

    init(_ name: String, isTLS: Bool = true, _ lines: [String], change: (inout SessionPolicy) -> Void = { _ in }) {
        self.name = name
        self.isTLS = isTLS
        self.lines = lines
        change(&policy)
    }

    var testDescription: String { name }

    func play() {
        var dialogue = Dialogue(policy, isTLS: isTLS)
        var rest = lines[...]
        while let line = rest.popFirst() {
            guard let events = Self.say(line, &dialogue) else {
                Issue.record("\(name): nobody said what was expected to lead to ‘\(line)’")
                return
            }
            var seen = events[...]
            while let expected = rest.first, !Self.isCause(expected) {
                rest = rest.dropFirst()
                let next = seen.popFirst() ?? "nothing"
                let fits = expected.hasSuffix("~") ? next.hasPrefix(expected.dropLast()) : next == expected
                #expect(fits, "\(name): after ‘\(line)’ came ‘\(next)’, not ‘\(expected)’")
            }
            #expect(seen.isEmpty, "\(name): after ‘\(line)’ came also \(seen)")
        }
    }

    private static func isCause(_ line: String) -> Bool {
        ["C", "c", "B", "b"].contains(String(line.prefix { $0 != " " }))
            || ["yes", "no", "later", "secured", "ended", "idle"].contains(line)
    }

    private static func say(_ line: String, _ dialogue: inout Dialogue) -> [String]? {
        let body = line.dropFirst(2).replacing(#"\r"#, with: "\r").replacing(#"\n"#, with: "\n")
            .replacing(#"\0"#, with: "\0")
        switch (line, line.first) {
        case ("yes", _): return dialogue.decide(.accepted)
        case ("no", _): return dialogue.decide(.rejected(.exitStatus(1)))
        case ("later", _): return dialogue.decide(.temporary(.exitStatus(111)))
        case ("secured", _): return dialogue.secure()
        case ("ended", _): return dialogue.backendEnds(.ended)
        case ("idle", _): return dialogue.end(.idle)
        case (_, "C"): return dialogue.clientSends((body + "\r\n").utf8)
        case (_, "c"): return dialogue.clientSends(body.utf8)
        case (_, "B"): return dialogue.backendSends((body + "\r\n").utf8)
        case (_, "b"): return dialogue.backendSends(body.utf8)
        default: return nil
        }
    }
}

/// How sessions begin.
extension Transcript {
    static let login = [
        "C EHLO client", "S 250-~", "C AUTH PLAIN " + base64("\0alice\0pass"), "ask PLAIN alice pass", "yes", "S 235 ~",
    ]
    static let opened = [
        "B 220 behind", "F EHLO client", #"b 250-behind\r\n250-SIZE 1000\r\n250 8BITMIME\r\n"#,
    ]
    /// Up to where a MAIL is accepted.
    static let mail =
        login + ["C MAIL FROM:<a@b> SIZE=9", "open"] + opened
        + ["F MAIL FROM:<a@b> SIZE=9", "B 250 sender ok", "S 250 sender ok"]
    static let data =
        mail + [
            "C RCPT TO:<c@d>", "F RCPT TO:<c@d>", "B 250 fine", "S 250 fine", "C DATA", "F DATA", "B 354 go",
            "S 354 go",
        ]

    /// How one ends in which the backend is no more.
    static let noBackend = ["S 421 4.3.0 ~", "leave"]
}
