/// What the parent does for the network process, and how much of it.
public struct Duties: Sendable {
    /// The auth command and its arguments; the first is searched for in $PATH.
    public var authCommand: [[UInt8]]
    /// Whether the auth command stays, and is asked about login after login.
    public var isResident = false
    /// The command that lists the mechanisms which the auth command can check, and its arguments; nil to ask nothing.
    public var listing: [[UInt8]]?
    /// How long that may run.
    public var listingTimeout = Duration.seconds(10)
    /// The program behind and its arguments; nil where there is none.
    public var program: [[UInt8]]?
    public var environment: InheritedEnvironment
    /// How long the auth command may run, and how long a login may wait for its turn.
    public var authTimeout = Duration.seconds(60)
    /// How many auth commands run at once.
    public var mostChecks = 64
    /// How many sessions there are at most, and so programs behind, and logins that wait.
    public var mostSessions = 1000
    /// How long sessions have to finish after SIGTERM.
    public var drainTimeout = Duration.seconds(30)

    /// About how many logins one auth command that stays is asked: PAM's modules may keep something of each.
    public var mostQuestions = 1000
    /// How long an auth command stays that is asked nothing.
    public var idling = Duration.seconds(60)
    /// How long a program may go on after its session.
    public var lingering = Duration.seconds(10)
    /// How long whoever got SIGTERM has before SIGKILL.
    public var grace = Duration.seconds(2)

    public init(authCommand: [[UInt8]], program: [[UInt8]]?, environment: InheritedEnvironment) {
        self.authCommand = authCommand
        self.program = program
        self.environment = environment
    }
}
