import ByteStrings
import CPlatform

/// What `--debug` prints: the steps of one login, on standard error. Whoever writes a step hands over no secret.
public struct Trace: Sendable {
    private let isOn: Bool

    public init(isOn: Bool) {
        self.isOn = isOn
    }

    public func callAsFunction(_ step: StaticString, _ about: @autoclosure () -> [UInt8] = []) {
        guard isOn else { return }
        var line = [UInt8](step)
        let about = about()
        if !about.isEmpty {
            line += ": "
            line.appendReadable(about)
        }
        StandardError.write(line)
    }
}
