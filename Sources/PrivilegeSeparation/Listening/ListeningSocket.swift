import CSeparation
import CheckpwdCore

/// A socket that listens, and what for.
public struct ListeningSocket: ~Copyable {
    /// How many connections the kernel holds until they are accepted.
    public static let backlog = Int32(CSEPARATION_BACKLOG)

    public var purpose: Order.Purpose
    let descriptor: FileDescriptor

    init(_ descriptor: consuming FileDescriptor, _ purpose: Order.Purpose) {
        self.descriptor = descriptor
        self.purpose = purpose
    }

    /// Where, the real port included: `127.0.0.1:2525`, `[::1]:2525`, `unix:/run/smtp`.
    public var address: [UInt8] {
        var text = [CChar](repeating: 0, count: 160)
        guard cseparation_local_address(descriptor.number, &text, text.count) == 0 else { return [UInt8]("unknown") }
        return text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    }

    /// Its descriptor, for whoever closes it.
    public consuming func release() -> Int32 { descriptor.release() }

    /// The message that hands it to the network process. It is closed here once that is sent.
    public consuming func parcel() -> Parcel {
        Parcel(Order.listen(purpose), with: descriptor)
    }
}
