import CheckpwdCore

extension ParentLink {
    /// What the parent says without being asked.
    public enum Event {
        /// All that the server has from now on.
        case certificates([Station.Certificate])
        case senderMap(Result<[UInt8], SystemError>)
        /// Names joined by commas.
        case mechanisms([UInt8])
        case reload
        case drain
    }

    /// The program behind of one session.
    public struct Opened: Sendable {
        public let ticket: UInt64
        /// A socket that leads to it. Whoever gets this owns it.
        public let socket: Int32
    }

    /// The program behind was not started, with this errno(3).
    public struct NotOpened: Error, Equatable {
        public let errno: Int32
    }

    /// Why the parent is not heard any more.
    public enum Parting: Error, Equatable, CustomStringConvertible {
        /// `leave` was called.
        case left
        /// It is gone.
        case gone
        /// It said this, so it is not ours any more.
        case misunderstood(Malformed)
        /// It could not be told something, with this errno(3).
        case deaf(Int32)

        public var description: String {
            switch self {
            case .left: "left"
            case .gone: "it is gone"
            case .misunderstood(let malformed): "it sent \(malformed.word)"
            case .deaf(let errno): "it cannot be told something: \(String(decoding: Cause.words(errno), as: UTF8.self))"
            }
        }
    }
}
