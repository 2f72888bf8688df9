import Synchronization

/// So many of something, and no more, at the same time.
public final class Places: Sendable {
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
