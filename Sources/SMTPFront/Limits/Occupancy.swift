import Metrics
import NIOCore
import Synchronization

/// The sessions that are not over, and how many there may be, in all and of one address.
public final class Occupancy: Sendable {
    /// Why there is no place. The words are the log's, and stay the same.
    enum Full {
        /// As many as there may be in all.
        case connections
        /// As many as one address may have.
        case connectionsOfAddress

        /// What the meters call it.
        var refusal: Meters.Refusal {
            switch self {
            case .connections: .connections
            case .connectionsOfAddress: .connectionsOfAddress
            }
        }

        var words: [UInt8] { Array(refusal.rawValue.utf8) }
    }

    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        var perAddress: [AddressKey: Int] = [:]
        var whenEmpty: [EventLoopPromise<Void>] = []
    }

    private let most: Int
    private let mostPerAddress: Int
    private let state = Mutex(State())

    public init(most: Int, mostPerAddress: Int) {
        self.most = most
        self.mostPerAddress = mostPerAddress
    }

    /// Counts a new connection.
    ///
    /// - Parameter over: when its session is over: its login is decided, and the one behind is gone. A client that only
    ///   closed the connection could otherwise leave more behind than it may have.
    /// - Returns: why there is no place for it, or nil. Then it is not counted.
    func enter(_ channel: any Channel, until over: EventLoopFuture<Void>) -> Full? {
        let key = AddressKey(channel.remoteAddress)
        let full: Full? = state.withLock { state in
            guard state.channels.count < most else { return .connections }
            guard state.perAddress[key, default: 0] < mostPerAddress else { return .connectionsOfAddress }
            state.perAddress[key, default: 0] += 1
            state.channels[ObjectIdentifier(channel)] = channel
            return nil
        }
        if full == nil { over.whenComplete { _ in self.leave(channel, key) } }
        return full
    }

    private func leave(_ channel: any Channel, _ key: AddressKey) {
        let empty = state.withLock { state in
            state.channels[ObjectIdentifier(channel)] = nil
            let left = state.perAddress[key, default: 1] - 1
            state.perAddress[key] = left > 0 ? left : nil
            return state.channels.isEmpty ? take(&state.whenEmpty) : []
        }
        for promise in empty { promise.succeed() }
    }

    private func take(_ promises: inout [EventLoopPromise<Void>]) -> [EventLoopPromise<Void>] {
        defer { promises = [] }
        return promises
    }

    /// Kept when all sessions are over.
    public func empty(on eventLoop: any EventLoop) -> EventLoopFuture<Void> {
        let promise = eventLoop.makePromise(of: Void.self)
        let isEmpty = state.withLock { state in
            if !state.channels.isEmpty { state.whenEmpty.append(promise) }
            return state.channels.isEmpty
        }
        if isEmpty { promise.succeed() }
        return promise.futureResult
    }

    /// Those of the sessions that are not over.
    public var channels: [any Channel] { state.withLock { Array($0.channels.values) } }
}
