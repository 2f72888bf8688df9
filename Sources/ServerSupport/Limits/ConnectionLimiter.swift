import NIOCore
import Synchronization

/// The sessions that are not over, and how many there may be, in all and of one address.
public final class ConnectionLimiter: Sendable {
    /// Why there is no place. The words are the log's, and stay the same.
    public enum Full: Sendable {
        /// As many as there may be in all.
        case connections
        /// As many as one address may have.
        case connectionsOfAddress

        /// What the metrics call it.
        public var refusal: ServerMetrics.Refusal {
            switch self {
            case .connections: .connections
            case .connectionsOfAddress: .connectionsOfAddress
            }
        }

        public var words: [UInt8] { Array(refusal.rawValue.utf8) }
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
    /// - Parameter over: when its session is over: its login is decided, and the backend is gone. A client that only
    ///   closed the connection could otherwise leave more behind than it may have.
    /// - Returns: why there is no place for it, or nil. Then it is not counted.
    public func enter(_ channel: any Channel, until over: EventLoopFuture<Void>) -> Full? {
        enter(channel, AddressKey(channel.remoteAddress), until: over)
    }

    /// Counts a new connection of a proxy in all, and not for an address: whose it is, the proxy has not said.
    public func enterProxy(_ channel: any Channel, until over: EventLoopFuture<Void>) -> Full? {
        enter(channel, nil, until: over)
    }

    private func enter(_ channel: any Channel, _ key: AddressKey?, until over: EventLoopFuture<Void>) -> Full? {
        let full: Full? = state.withLock { state in
            guard state.channels.count < most else { return .connections }
            if let key, !count(key, &state) { return .connectionsOfAddress }
            state.channels[ObjectIdentifier(channel)] = channel
            return nil
        }
        if full == nil { over.whenComplete { _ in self.leave(channel, key) } }
        return full
    }

    /// Counts a connection that has its place for the address of its client, which a proxy has named.
    public func count(_ client: SocketAddress, until over: EventLoopFuture<Void>) -> Full? {
        let key = AddressKey(client)
        guard state.withLock({ count(key, &$0) }) else { return .connectionsOfAddress }
        over.whenComplete { _ in self.state.withLock { self.uncount(key, &$0) } }
        return nil
    }

    private func count(_ key: AddressKey, _ state: inout State) -> Bool {
        guard state.perAddress[key, default: 0] < mostPerAddress else { return false }
        state.perAddress[key, default: 0] += 1
        return true
    }

    private func uncount(_ key: AddressKey, _ state: inout State) {
        let left = state.perAddress[key, default: 1] - 1
        state.perAddress[key] = left > 0 ? left : nil
    }

    private func leave(_ channel: any Channel, _ key: AddressKey?) {
        let empty = state.withLock { state in
            state.channels[ObjectIdentifier(channel)] = nil
            if let key { uncount(key, &state) }
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

/// What counts as one client where clients are counted: an IPv4 address, or the /64 that an IPv6 client has all of
/// (RFC 6177). Everybody on a Unix socket is one.
struct AddressKey: Hashable, Sendable {
    private let bytes: [UInt8]

    init(_ address: SocketAddress?) {
        let all = IPAddress(address)?.bytes ?? []
        bytes = all.count == 16 ? Array(all.prefix(8)) : all
    }
}

/// So many of something, and no more, at the same time.
public final class Slots: Sendable {
    private let free: Mutex<Int>

    public init(_ most: Int) {
        free = Mutex(most)
    }

    /// - Returns: whether there was a place; then it is to be given back.
    public func take() -> Bool {
        free.withLock { free in
            guard free > 0 else { return false }
            free -= 1
            return true
        }
    }

    public func giveBack() { free.withLock { $0 += 1 } }
}
