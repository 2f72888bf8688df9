import Metrics
import NIOCore
import Synchronization

/// The connections that are open, and how many there may be, in all and of one address.
public final class Occupancy: Sendable {
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

    /// Counts a new connection, until it is closed.
    ///
    /// - Returns: why there is no place for it, or nil. Then it is not counted.
    func enter(_ channel: any Channel) -> Meters.Refusal? {
        let key = AddressKey(channel.remoteAddress)
        let refusal: Meters.Refusal? = state.withLock { state in
            guard state.channels.count < most else { return .connections }
            guard state.perAddress[key, default: 0] < mostPerAddress else { return .connectionsOfAddress }
            state.perAddress[key, default: 0] += 1
            state.channels[ObjectIdentifier(channel)] = channel
            return nil
        }
        if refusal == nil { channel.closeFuture.whenComplete { _ in self.leave(channel, key) } }
        return refusal
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

    /// Kept when no connection is open.
    public func empty(on eventLoop: any EventLoop) -> EventLoopFuture<Void> {
        let promise = eventLoop.makePromise(of: Void.self)
        let isEmpty = state.withLock { state in
            if !state.channels.isEmpty { state.whenEmpty.append(promise) }
            return state.channels.isEmpty
        }
        if isEmpty { promise.succeed() }
        return promise.futureResult
    }

    /// Those that are open now.
    public var channels: [any Channel] { state.withLock { Array($0.channels.values) } }
}
