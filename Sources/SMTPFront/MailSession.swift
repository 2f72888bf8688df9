import Credentials
import SASL

/// For whom what stands behind is opened.
public struct MailSession: Sendable {
    public let client: Client
    /// Who logged in, and how; nil for a stranger, who must not relay.
    public let login: (name: Login, mechanism: Mechanism)?

    public init(client: Client, login: (name: Login, mechanism: Mechanism)?) {
        self.client = client
        self.login = login
    }
}
