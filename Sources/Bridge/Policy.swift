import PAM
import Verdicts

/// What the administrator decided on the command line, and what the caller says of the connection.
public struct Policy: Sendable {
    public var service: Service
    /// Whether a service without a file of its own may be used; libpam then takes the service `other`.
    public var allowsOther: Bool
    /// Whether the process stays who it is.
    public var keepsIdentity: Bool
    /// Paths of the side store and of its key.
    public var store: [UInt8], storeKey: [UInt8]
    /// Where the login comes from, as the caller says; may be empty.
    public var remoteHost: [UInt8]
    public var trace: Trace

    public init(
        service: Service, allowsOther: Bool, keepsIdentity: Bool, store: [UInt8], storeKey: [UInt8],
        remoteHost: [UInt8], trace: Trace
    ) {
        self.service = service
        self.allowsOther = allowsOther
        self.keepsIdentity = keepsIdentity
        self.store = store
        self.storeKey = storeKey
        self.remoteHost = remoteHost
        self.trace = trace
    }
}
