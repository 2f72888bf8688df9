import Checkpassword
import CheckpwdCore
import PAM
import SecretStore

/// What the administrator decided on the command line, and what the caller says of the connection.
public struct Policy: Sendable {
    /// What becomes of the process once the login is accepted.
    public enum Takeover: Sendable {
        /// It becomes the user.
        case become
        /// It stays who it is, and learns who the user is.
        case describe
        /// It stays who it is; there need not be an account.
        case stay
    }

    /// Who is asked about a password.
    public enum PasswordSource: Sendable {
        case pam
        case store
        /// The store for logins that the account database does not know, PAM for all others.
        case pamThenStore
    }

    public enum Session: Sendable {
        /// None is opened.
        case none
        /// None is opened, nor are credentials established: nothing follows the login in this process.
        case notEstablished
        /// It is opened and closed before the program runs.
        case brief
        /// It stays open while the program runs.
        case held
    }

    public var service: Service
    /// Whether a service without a file of its own may be used; libpam then takes the service `other`.
    public var allowsOther = false
    public var takeover = Takeover.become
    public var session = Session.brief
    /// Those that the administrator named; nil for none.
    public var namedMechanisms: Mechanisms?
    /// Those that are enabled.
    public var mechanisms: Mechanisms { namedMechanisms ?? .plain }
    public var passwordSource = PasswordSource.pam
    /// Whether a digest that does not match may be a password.
    public var allowsHexPasswords = false
    /// Whether PAM may put another user in the login's place.
    public var allowsUserChange = false
    /// The domains that are cut off a login, to get the system account.
    public var domains: [[UInt8]] = []
    /// The system account whose uid, gid, groups and home a virtual account has.
    public var virtualUser: LoginName?
    /// Where the side store and its keys are, and the folder of the replay cache, where one is named.
    public var store: StorePlace, storeKeys: KeyPlace, replayCache: [UInt8]?
    /// Whether the service's PAM modules count what fails at the store.
    public var countsFailures = false
    /// The greatest age of a challenge, in seconds; 0 for any.
    public var challengeAge: UInt64 = 600
    /// Where the login comes from, as the caller says; may be empty.
    public var remoteHost: [UInt8]
    /// What PAM is told for a terminal.
    public var terminal: [UInt8]
    public var trace: Trace

    public init(
        service: Service, store: StorePlace, storeKeys: KeyPlace, replayCache: [UInt8]?, remoteHost: [UInt8],
        terminal: [UInt8], trace: Trace
    ) {
        self.service = service
        self.store = store
        self.storeKeys = storeKeys
        self.replayCache = replayCache
        self.remoteHost = remoteHost
        self.terminal = terminal
        self.trace = trace
    }

    /// Whether a login that has a secret, but no system account, is one.
    var admitsVirtualAccounts: Bool { passwordSource != .pam || virtualUser != nil }
}
