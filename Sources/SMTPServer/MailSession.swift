import CheckpwdCore
import SASL

/// For whom what stands behind is opened.
public struct MailSession: Sendable {
    public let client: Client
    /// Who logged in, and how; nil for a stranger, who must not relay.
    public let login: (name: LoginName, mechanism: Mechanism)?
    /// The ticket of the check that said so, where there is one.
    public let check: UInt64?

    public init(client: Client, login: (name: LoginName, mechanism: Mechanism)?, check: UInt64? = nil) {
        self.client = client
        self.login = login
        self.check = check
    }
}
