import CLibc

/// The steps of one login, as `--debug` prints them on standard error. Whoever writes a step hands over no secret.
public struct Trace: Sendable {
    private let listener: (@Sendable (StaticString, [UInt8]) -> Void)?

    public init(isOn: Bool) {
        listener = isOn ? Trace.print : nil
    }

    /// A trace that somebody listens to.
    public init(_ listener: @escaping @Sendable (StaticString, [UInt8]) -> Void) {
        self.listener = listener
    }

    public func callAsFunction(_ step: StaticString, _ about: @autoclosure () -> [UInt8] = []) {
        listener?(step, about())
    }

    @Sendable
    private static func print(_ step: StaticString, _ about: [UInt8]) {
        var line = [UInt8](step)
        if !about.isEmpty {
            line += ": "
            line.appendReadable(about)
        }
        StandardError.write(line)
    }
}
