import CheckpwdCore
import PrivilegeSeparation

extension Surroundings {
    /// The variables that say who a client is. What is unknown is not said; so is what the parent would not believe.
    init(_ client: Client) {
        self.init()
        try? set(.remoteAddress, client.remote.address)
        if let port = client.remote.port { try? set(.remotePort, [UInt8](decimal: port)) }
        try? set(.localAddress, client.local.address)
        if let port = client.local.port { try? set(.localPort, [UInt8](decimal: port)) }
    }
}
