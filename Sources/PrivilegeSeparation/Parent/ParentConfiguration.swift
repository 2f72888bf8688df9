import CLibc
import CheckpwdCore

/// What the parent does for the network process, and how much of it.
public struct ParentConfiguration: Sendable {
    /// The auth command and its arguments; the first is searched for in $PATH.
    public var authCommand: [[UInt8]]
    /// Whether the auth command stays, and is asked about login after login.
    public var usesWorkers = false
    /// The command that lists the mechanisms which the auth command can check, and its arguments; nil to ask nothing.
    public var listing: [[UInt8]]?
    /// How long that may run.
    public var listingTimeout = Duration.seconds(10)
    /// The backend program and its arguments; nil where there is none.
    public var program: [[UInt8]]?
    public var environment: InheritedEnvironment
    /// How long the auth command may run, and how long a login may wait for its turn.
    public var authTimeout = Duration.seconds(60)
    /// How many auth commands run at once.
    public var mostChecks = 64
    /// How many sessions there are at most, and so backend programs, and logins that wait.
    public var mostSessions = 1000
    /// How long sessions have to finish after SIGTERM.
    public var drainTimeout = Duration.seconds(30)

    /// About how many logins one worker is asked: PAM's modules may keep something of each.
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

/// The files that the network process needs and may not open: read by its parent, at the start and on SIGHUP.
public struct NetworkFiles: Sendable {
    /// Paths. A certificate has a key.
    public var certificates: [(chain: [UInt8], key: [UInt8])]
    public var senderMap: [UInt8]?

    public init(certificates: [(chain: [UInt8], key: [UInt8])], senderMap: [UInt8]?) {
        self.certificates = certificates
        self.senderMap = senderMap
    }

    /// The messages with the certificates and their keys: all of them, or none if one cannot be read.
    public func certificateMessages() throws(Failure) -> [OutgoingMessage] {
        var messages: [OutgoingMessage] = []
        for certificate in certificates {
            let chain = try Self.read(certificate.chain, atMost: ParentMessage.longestCertificate)
            let key = try Self.read(certificate.key, atMost: ParentMessage.longestKey)
            let message = ParentMessage.certificate(
                chain.withUnsafeBytes { [UInt8]($0) }, isLast: messages.count + 1 == certificates.count)
            messages.append(OutgoingMessage(message, secret: key))
        }
        return messages
    }

    /// The message with the map of senders; nil where there is none.
    public func senderMapMessage() throws(Failure) -> OutgoingMessage? {
        guard let senderMap else { return nil }
        return OutgoingMessage(ParentMessage.senderMap, with: try Self.open(senderMap))
    }

    private static func open(_ path: [UInt8]) throws(Failure) -> FileDescriptor {
        // Without O_NONBLOCK, a FIFO of this name would be waited for.
        let number = path.withCString { clibc_open($0, O_RDONLY | O_NONBLOCK, 0) }
        guard number >= 0 else { throw .temporary(Cause(.cannotRead, about: path, errno: clibc_errno())) }
        let descriptor = FileDescriptor(owning: number)
        var status = stat()
        guard fstat(number, &status) == 0, status.st_mode & mode_t(S_IFMT) == mode_t(S_IFREG) else {
            throw .temporary(Cause(.notAFile, about: path))
        }
        return descriptor
    }

    private static func read(_ path: [UInt8], atMost limit: Int) throws(Failure) -> Secret {
        let descriptor = try open(path)
        let contents: Secret
        do throws(SystemError) {
            contents = try Secret(reading: descriptor.number, atMost: limit + 1)
        } catch {
            throw .temporary(Cause(.cannotRead, about: path, errno: error.errno))
        }
        guard contents.count <= limit else { throw .temporary(Cause(.fileTooLong, about: path)) }
        guard !contents.isEmpty else { throw .temporary(Cause(.fileIsEmpty, about: path)) }
        return contents
    }
}
