import ByteStrings
import SASL
import Separation

extension Surroundings {
    /// The variables that say who a client is. What is unknown is not said; so is what the parent would not believe.
    init(_ client: Client) {
        self.init()
        try? set(.remoteAddress, client.remote.address)
        if let port = client.remote.port { try? set(.remotePort, [UInt8](decimal: port)) }
        try? set(.localAddress, client.local.address)
        if let port = client.local.port { try? set(.localPort, [UInt8](decimal: port)) }
    }

    /// And, after a login, who it was. Then, and only then, the program behind relays.
    init(_ session: MailSession) {
        self.init(session.client)
        guard let login = session.login else { return }
        do throws(Malformed) {
            try set(.authenticatedUser, login.name.bytes)
            try set(.authenticationMethod, [UInt8](login.mechanism.name))
            try set(.relayClient, [])
        } catch {
            // Whose name cannot be told does not relay.
        }
    }
}
