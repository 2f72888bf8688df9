import CLibc
import CSeparation
import CheckpwdCore

/// A message on its way, as bytes, with the descriptor that goes with it.
public final class OutgoingMessage: Sendable {
    let bytes: Secret
    let descriptor: FileDescriptor?

    public init(_ message: some Message, with descriptor: consuming FileDescriptor? = nil) {
        bytes = Secret(copying: message.bytes)
        self.descriptor = descriptor
    }

    public init(_ message: some Message, secret: borrowing Secret) {
        let head = message.bytes
        bytes = Secret(capacity: head.count + secret.count) { buffer in
            buffer.copyBytes(from: head)
            secret.withUnsafeBytes { UnsafeMutableRawBufferPointer(rebasing: buffer[head.count...]).copyMemory(from: $0) }
            return buffer.count
        }
        descriptor = nil
    }

    /// - Returns: 0 or an errno(3).
    fileprivate func send(through socket: Int32) -> Int32 {
        let attached: Int32
        switch descriptor {
        case .some(let descriptor): attached = descriptor.number
        case .none: attached = -1
        }
        return bytes.withUnsafeBytes { cseparation_send(socket, $0.baseAddress!, $0.count, attached) }
    }
}

/// Messages that the socket has had no room for, in order. Sending never waits.
struct SendQueue {
    private var waiting: [OutgoingMessage] = []
    private let socket: Int32
    /// Whether the system was out of something when the first of them was to be sent. It does not say when it has it again.
    private(set) var needsPatience = false
    /// Why a message could not be sent, and never can: an errno(3). The other process would go on without it: the end.
    private(set) var failure: Int32?

    /// After how many milliseconds to try again where patience is needed.
    static let patience: Int32 = 20

    /// - Parameter socket: the descriptor of a message socket that outlives this.
    init(socket: Int32) {
        self.socket = socket
    }

    /// Whether to send again as soon as the socket has room.
    var needsRoom: Bool { !waiting.isEmpty && !needsPatience }
    var isEmpty: Bool { waiting.isEmpty }
    var count: Int { waiting.count }

    mutating func send(_ message: OutgoingMessage) {
        waiting.append(message)
        flush()
    }

    /// Sends what there is room for. What cannot be sent since the other process is gone is dropped: its end is seen when
    /// receiving.
    mutating func flush() {
        var sent = 0
        needsPatience = false
        sending: while sent < waiting.count {
            switch waiting[sent].send(through: socket) {
            case 0, EPIPE, ECONNRESET, ENOTCONN: sent += 1
            case EAGAIN: break sending
            case ENOBUFS, ENOMEM, ETOOMANYREFS:
                needsPatience = true
                break sending
            case let errno:
                failure = errno
                sent += 1
            }
        }
        waiting.removeFirst(sent)
    }

    mutating func clear() { waiting = [] }
}
