import CheckpwdCore
import Glibc
import NIOSSL
import Synchronization
import TransportSecurity

/// The server's certificates as they are now. New sessions take them; open ones keep those that they began with.
public final class CurrentTLS: Sendable {
    private struct State {
        var certificates: ServerCertificates
        var context: NIOSSLContext
    }

    private let state: Mutex<State>

    public init(_ certificates: ServerCertificates) throws(Failure) {
        state = Mutex(State(certificates: certificates, context: try certificates.context()))
    }

    /// Uses other certificates from the next session on, all of them or none.
    ///
    /// - Parameter now: in seconds since 1970.
    /// - Throws: if one of them has expired, or is not yet valid, and the one in its place is valid. Those that are there stay.
    public func replace(with new: ServerCertificates, at now: Int = time(nil)) throws(Failure) {
        let current = state.withLock { $0.certificates }
        if let fault = new.faultAgainstReplacing(current, at: now) { throw .misused(fault.cause) }
        let context = try new.context()
        state.withLock { $0 = State(certificates: new, context: context) }
    }

    func makeHandler() -> NIOSSLServerHandler {
        NIOSSLServerHandler(context: state.withLock { $0.context })
    }
}
