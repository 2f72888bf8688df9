import CheckpwdCore
import NIOCore
import Synchronization

/// What the log is told of clients for which there was no place: for each reason one line in ten seconds, and in it how many
/// had none. A flood must not be one of the log, too.
final class TurnAwayLog: Sendable {
    private struct Silence {
        var until: NIODeadline
        /// How many were turned away since the last line.
        var unlogged = 0
    }

    private static let pause = TimeAmount.seconds(10)
    private let silences = Mutex<[Occupancy.Full: Silence]>([:])

    /// - Returns: keys in this order: turned-away, rhost, unlogged where others were not logged before; nil where this one
    ///   is not logged either.
    func line(_ reason: Occupancy.Full, rhost: [UInt8], at now: NIODeadline = .now()) -> LogLine? {
        let unlogged: Int? = silences.withLock { silences in
            if let silence = silences[reason], now < silence.until {
                silences[reason]?.unlogged += 1
                return nil
            }
            let unlogged = silences[reason]?.unlogged ?? 0
            silences[reason] = Silence(until: now + Self.pause)
            return unlogged
        }
        guard let unlogged else { return nil }
        var line = LogLine()
        line.add("turned-away", reason.words)
        line.add("rhost", rhost)
        if unlogged > 0 { line.add("unlogged", [UInt8](decimal: unlogged)) }
        return line
    }
}
