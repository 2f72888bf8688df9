/// How far the life of the network process is, as its parent sees it.
enum Phase: Equatable {
    typealias Instant = ContinuousClock.Instant

    case serving
    /// After SIGTERM: sessions are being finished.
    case draining(until: Instant)
    /// It has closed its end of the socket pair, or is not heard any more; it still has to be waited for.
    case leaving(until: Instant, isBad: Bool)
    /// What is left are programs that it had started.
    case ended(ExitStatus)

    /// What the program's exit status becomes.
    typealias ExitStatus = Int32

    /// Whether messages pass to and fro.
    var isTalking: Bool {
        switch self {
        case .serving, .draining: true
        case .leaving, .ended: false
        }
    }

    /// When the network process is killed.
    var deadline: Instant? {
        switch self {
        case .draining(let until), .leaving(let until, _): until
        case .serving, .ended: nil
        }
    }
}
