/// A session with the one behind that only asks what it offers, bytes in and a step out.
public struct Inquiry: Sendable {
    public enum Step: Sendable {
        /// More must come.
        case more
        case send([UInt8])
        case learnt(Offer)
        case failed(Loss)
    }

    private var opening: Opening

    /// - Parameter hostname: our name, for EHLO.
    public init(hostname: Hostname) {
        opening = Opening(name: hostname.bytes, xclient: nil)
    }

    public mutating func receive(_ bytes: UnsafeRawBufferPointer, consumed: inout Int) -> Step {
        consumed = 0
        switch ReplyScanner.next(bytes) {
        case .more: return .more
        case .nonsense: return .failed(.nonsense)
        case .reply(let code, let count):
            guard count == bytes.count else { return .failed(.outOfStep) }
            consumed = count
            return switch opening.receive(code, bytes) {
            case .send(let command): .send(command)
            case .ready(let offer): .learnt(offer)
            case .failed(let loss): .failed(loss)
            }
        }
    }
}
