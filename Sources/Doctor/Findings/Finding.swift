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
        /// Lines of a configuration, and where they go.
        case write([String], Place)
        /// Commands of a shell.
        case run([String])
    }

    public let severity: Severity
    public let place: Place
    /// What is there.
    public let what: String
    /// Why it matters.
    public let why: String
    public let remedy: Remedy

    /// - Parameters:
    ///   - lines: what to write at the place itself, or elsewhere.
    ///   - commands: what to run in place of that.
    init(
        _ severity: Severity, _ place: Place, _ what: String, why: String, at elsewhere: Place? = nil, write lines: [String] = [],
        run commands: [String] = []
    ) {
        self.severity = severity
        self.place = place
        self.what = what
        self.why = why
        remedy =
            !lines.isEmpty ? .write(lines, elsewhere ?? place) : !commands.isEmpty ? .run(commands) : .none
    }
}
