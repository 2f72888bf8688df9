import CLibc
import CheckpwdCore
import Logging
import PrivilegeSeparation
import SASL
import SMTPServer

/// What the privileged process does from its start to its end.
struct ParentRole {
    let options: SMTPAuth
    let logger: Logger

    /// - Returns: the exit status.
    func run() throws(Failure) -> Int32 {
        let supervision = Supervision(takeNotifySocket())
        let environment = InheritedEnvironment.current
        var addresses: [String] = []
        var messages = try listeners(&addresses)
        let isOneSession = addresses.isEmpty
        if isOneSession { try prepareOneSession() }

        let identity = try NetworkIdentity.chosen(
            user: options.process.user.map { Array($0.utf8) }, root: options.process.chroot.map { Array($0.utf8) })
        let files = NetworkFiles(
            certificates: options.tls.certificates, senderMap: options.backend.senderMap.map { Array($0.utf8) })
        if let message = try files.senderMapMessage() { messages.append(message) }
        messages += try files.certificateMessages()
        let offer = OfferLog(named: options.auth.mechanisms?.mechanisms, logger, isSilent: isOneSession)
        // If the auth command is to list them, they are sent when it has.
        let listing = options.auth.mechanisms == nil ? options.auth.command.listing : nil
        if listing == nil { messages.append(OutgoingMessage(ParentMessage.mechanisms(offer.take(nil)))) }
        messages.append(OutgoingMessage(ParentMessage.begin(identity)))

        let arguments = CommandLine.arguments.map { Array($0.utf8) }
        let child = try NetworkChild.start(
            arguments: [arguments[0], [UInt8]("--network-process")] + arguments.dropFirst(),
            environment: InheritedEnvironment.ofNetworkProcess(environment))
        if isOneSession { OneClient.letGo() }
        let parent = try Parent(
            of: child, configuration(environment, listing, isOneSession: isOneSession), messages: messages, logger: logger,
            supervision: supervision, offer: { offer.take($0) },
            reload: {
                if listing == nil { offer.tell() }
                return reload(files)
            },
            ready: {
                offer.begin()
                for address in addresses { logger.notice("listening on \(address)") }
            })
        messages = []
        return parent.run()
    }

    /// It is for us, and not for what we start.
    private func takeNotifySocket() -> [UInt8]? {
        defer { unsetenv("NOTIFY_SOCKET") }
        return getenv("NOTIFY_SOCKET").map { [UInt8](cString: $0) }
    }

    /// The messages with the listening sockets: those that a supervisor passes on, and those of `--listen`.
    private func listeners(_ addresses: inout [String]) throws(Failure) -> [OutgoingMessage] {
        var messages: [OutgoingMessage] = []
        var noted: [String] = []
        func add(_ socket: consuming ListeningSocket) {
            let address = String(decoding: socket.address, as: UTF8.self)
            noted.append(socket.purpose == .mail ? address : "\(address) for metrics")
            messages.append(socket.message())
        }
        try Activation.takeSockets(add)
        for address in options.front.listen { add(try address.listen()) }
        guard !noted.isEmpty || options.front.metrics == nil else {
            throw .misused(
                Cause(.metricsWithoutListen, remedy: "one session on standard input and output serves no counters"))
        }
        guard !noted.isEmpty || options.front.proxyProtocol.isEmpty else {
            throw .misused(
                Cause(
                    .proxyProtocolWithoutListen,
                    remedy: "one session on standard input and output has its client from the program that started it"))
        }
        if let address = options.front.metrics {
            var socket = try address.listen()
            socket.purpose = .metrics
            add(socket)
        }
        addresses = noted
        return messages
    }

    private func prepareOneSession() throws(Failure) {
        try OneClient.check()
        OneClient.keepFromMessages()
    }

    private func configuration(_ environment: [[UInt8]], _ listing: [[UInt8]]?, isOneSession: Bool) -> ParentConfiguration {
        var configuration = ParentConfiguration(
            authCommand: options.auth.command.words, program: options.backend.program,
            environment: InheritedEnvironment(environment, isOneSession: isOneSession))
        configuration.listing = listing
        configuration.usesWorkers = options.auth.authResident
        configuration.authTimeout = options.auth.authTimeout.duration
        configuration.mostChecks = options.auth.maxAuth.number
        configuration.mostSessions = isOneSession ? 1 : options.limits.maxConnections.number
        configuration.drainTimeout = options.limits.drainTimeout.duration
        return configuration
    }

    /// What can be read anew. What cannot stays as it was, and the log says so.
    private func reload(_ files: NetworkFiles) -> [OutgoingMessage] {
        var messages: [OutgoingMessage] = []
        do throws(Failure) {
            if let message = try files.senderMapMessage() { messages.append(message) }
        } catch {
            logger.error("\(String(decoding: error.cause.sentence, as: UTF8.self)); the old map of senders stays")
        }
        do throws(Failure) {
            messages += try files.certificateMessages()
        } catch {
            logger.keepsCertificate(error.cause)
        }
        return messages
    }
}

/// Logs the offered mechanisms when clients are first served, and after each change.
final class OfferLog {
    private let named: [Mechanism]?
    private let logger: Logger
    private let isSilent: Bool
    private var offer: MechanismOffer
    private var hasBegun = false

    /// - Parameters:
    ///   - named: those of `--mechanisms`.
    ///   - isSilent: whether only faults are logged: one session has a line of its own.
    init(named: [Mechanism]?, _ logger: Logger, isSilent: Bool) {
        self.named = named
        self.logger = logger
        self.isSilent = isSilent
        offer = MechanismOffer(named: named, listing: nil)
    }

    /// Takes what the auth command lists.
    ///
    /// - Parameter listing: nil if it is not asked.
    /// - Returns: the names of what is offered now.
    func take(_ listing: MechanismListing?) -> [UInt8] {
        offer = MechanismOffer(named: named, listing: listing)
        if hasBegun { tell() }
        return offer.names
    }

    /// Clients are served from now on.
    func begin() {
        hasBegun = true
        tell()
    }

    func tell() {
        guard offer.isFault || !isSilent else { return }
        logger.log(level: offer.isFault ? .error : .notice, "\(String(decoding: offer.line.bytes, as: UTF8.self))")
    }
}
