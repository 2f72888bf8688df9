import CLibc
import CSeparation
import CheckpwdCore

/// One end of the socket pair between the two processes: whole messages, some with a descriptor.
public struct MessageSocket: ~Copyable, @unchecked Sendable {
    // Sound to send: the buffer is used only while one message is received, which one thread at a time does.
    let descriptor: FileDescriptor
    let buffer: UnsafeMutableRawBufferPointer

    /// What there is to receive.
    public enum Arrival<Content: Message> {
        case nothing
        /// The other process is gone.
        case end
        case message(Content, Attachments)
    }

    /// What comes with a message; what it says that it carries is there, but for a descriptor for which this process had no
    /// room (EMFILE). An object, so that an arrival is copyable: Swift 6.3's optimizer makes enums trap that are not,
    /// and have other payloads besides.
    public final class Attachments {
        public var secret: Secret?
        public var descriptor: FileDescriptor?

        init(_ secret: consuming Secret?, _ descriptor: consuming FileDescriptor?) {
            self.secret = secret
            self.descriptor = descriptor
        }
    }

    public init(_ descriptor: consuming FileDescriptor) {
        self.descriptor = descriptor
        buffer = .allocate(byteCount: max(NetworkMessage.longest, ParentMessage.longest), alignment: 8)
    }

    deinit { buffer.deallocate() }

    /// Both ends of a new pair.
    ///
    /// - Returns: nil, and errno, where it cannot be had.
    public static func pair() -> Pair? {
        var ends: [Int32] = [-1, -1]
        guard cseparation_message_pair(&ends) == 0 else { return nil }
        return Pair(parent: FileDescriptor(owning: ends[0]), network: FileDescriptor(owning: ends[1]))
    }

    /// The two ends, before they part.
    public struct Pair: ~Copyable {
        public let parent: FileDescriptor
        public let network: FileDescriptor

        /// Our end; the other is closed.
        consuming func takeParent() -> FileDescriptor { parent }

        /// The numbers of both, for whoever keeps both.
        consuming func split() -> (parent: Int32, network: Int32) { (parent.release(), network.release()) }
    }

    /// The next message, without waiting. Its bytes are wiped.
    public borrowing func receive<Content: Message>(
        _: Content.Type
    ) throws(Malformed) -> Arrival<Content> {
        var number: Int32 = -1
        let count = cseparation_receive(descriptor.number, buffer.baseAddress!, Content.longest, &number)
        if count < 0 {
            switch clibc_errno() {
            case EAGAIN: return .nothing
            case EBADMSG:
                explicit_bzero(buffer.baseAddress!, buffer.count)
                throw .oversized
            // ECONNRESET: it ended with messages of ours unread.
            default: return .end
            }
        }
        let attached: FileDescriptor? = number < 0 ? nil : FileDescriptor(owning: number)
        defer { explicit_bzero(buffer.baseAddress!, count) }
        guard count > 0 else { return .end }
        var reader = PacketReader(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        let content = try Content(&reader)
        guard content.carriesDescriptor == (number != -1) else { throw .descriptor }
        var secret: Secret?
        if content.longestSecret > 0 { secret = try reader.secret(atMost: content.longestSecret) }
        try reader.end()
        return .message(content, Attachments(secret, attached))
    }
}
