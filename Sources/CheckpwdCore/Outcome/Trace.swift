/// A step of a login. It holds no secret.
public enum TraceEvent: Sendable {
    /// A PAM function returned: `pam_authenticate`, `PAM_SUCCESS`.
    case call(StaticString, code: StaticString)
    /// A module asks; the answer to a hidden prompt is a secret.
    case prompt([UInt8], isHidden: Bool)
    /// A module shows a text.
    case message([UInt8], isError: Bool)
    /// The side store is asked; its name.
    case store([UInt8])

    /// What `--debug` prints of it first.
    public var words: StaticString {
        switch self {
        case .call(let name, _): name
        case .prompt(_, let isHidden): isHidden ? "module asks, hidden" : "module asks, visible"
        case .message(_, let isError): isError ? "module warns" : "module says"
        case .store: "side store"
        }
    }

    /// What it prints after that.
    public var about: [UInt8] {
        switch self {
        case .call(_, let code): [UInt8](code)
        case .prompt(let text, _), .message(let text, _), .store(let text): text
        }
    }
}

/// Receives the steps of one login.
public struct Trace: Sendable {
    private let listener: (@Sendable (TraceEvent) -> Void)?

    /// - Parameter isOn: whether `--debug` prints each step on standard error.
    public init(isOn: Bool) {
        listener = isOn ? Trace.print : nil
    }

    public init(_ listener: @escaping @Sendable (TraceEvent) -> Void) {
        self.listener = listener
    }

    public func callAsFunction(_ event: @autoclosure () -> TraceEvent) {
        listener?(event())
    }

    @Sendable
    private static func print(_ event: TraceEvent) {
        var line = [UInt8](event.words)
        if !event.about.isEmpty {
            line += ": "
            line.appendReadable(event.about)
        }
        StandardError.write(line)
    }
}
