import CheckpwdCore
import Glibc
import Logging
import NIOCore
import NIOPosix
import PrivilegeSeparation
import SMTP
import SMTPServer
import ServerSupport
import TransportSecurity

/// What the process that speaks with the network does from its start to its end.
struct NetworkRole {
    let options: SMTPAuth
    let hostname: Hostname
    let logger: Logger
    let queue: LogQueue

    /// - Returns: the exit status.
    func run() throws(Failure) -> Int32 {
        // A supervisor may send them to every process that it knows of; what is to be done, the parent says.
        for signal in [SIGHUP, SIGINT, SIGTERM] { Glibc.signal(signal, SIG_IGN) }
        let startup = try NetworkStartup.enter(descriptors: descriptors)
        // From here on nothing of root's is left; only now is there a thread, or an event loop.
        queue.begin()
        let (listeners, metricsSocket) = (startup.listeners, startup.metrics)
        let policy = try policy(startup.senderMap, startup.mechanisms)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: listeners.isEmpty ? 1 : System.coreCount)
        let certificates = try CertificateLoader(options.tls).load(startup.certificates)
        let link = try startup.link()
        let metrics = ServerMetrics()
        let tls = try currentTLS(certificates, metrics, isOneSession: listeners.isEmpty)
        let backend: (any Backend)? = options.backend.relay ?? options.backend.program.map { _ in ProgramBackend(link) }
        let service = SMTPService(
            policy, authenticator: ParentAuthenticator(link, fieldsIn: options.auth.usedFieldOrder),
            backend: backend, tls: tls, timeouts: options.limits.timeouts, logger: logger,
            authCommand: options.auth.command.name, metrics: metrics)
        let serving = Serving(
            service, backend: backend, hostname: hostname, tls: tls,
            certificates: CertificateLoader(options.tls), link: link, group: group,
            limiter: ConnectionLimiter(
                most: options.limits.maxConnections.number, mostPerAddress: options.limits.maxPerAddress.number),
            asksForOffer: options.backend.offer == nil, senderMap: options.backend.senderMap ?? "", drainTimeout: options.limits.drainTimeout.amount, logger: logger,
            queue: queue)
        // One session on standard input would say so to each client.
        if options.backend.hidesStrangers, !listeners.isEmpty {
            logger.warning(
                "clients that have not logged in look like this machine to the server behind; it must not relay for this machine, or --xclient must tell it")
        }
        serving.begin(
            on: listeners, wrapsTLS: options.tls.tlsWrap, metrics: metricsSocket, proxies: options.front.proxyProtocol)
        let parting = link.run(serving.take)
        if parting == .left { return 0 }
        logger.critical("the way to the parent process has ended: \(parting)")
        return 111
    }

    /// For each session two: to the client, and to the backend. For connections that have none, and for scrapers, one
    /// each. Some are our own, and an event loop has three.
    private var descriptors: Int {
        2 * options.limits.maxConnections.number + SMTPService.mostRejected + MetricsServer.most + 64 + 4 * System.coreCount
    }

    /// The certificates for new sessions. What is wrong with them is logged.
    ///
    /// - Parameter isOneSession: then a fault that some clients do not mind is not logged: it would be for each of them.
    private func currentTLS(
        _ certificates: ServerCertificates?, _ metrics: ServerMetrics, isOneSession: Bool
    ) throws(Failure) -> CurrentTLS? {
        guard let certificates else { return nil }
        for fault in certificates.faults(at: time(nil), host: hostname.bytes) where fault.isGrave || !isOneSession {
            logger.warn(fault)
        }
        metrics.note(certificates)
        return try CurrentTLS(certificates)
    }

    private func policy(_ senderMap: [UInt8]?, _ mechanisms: [UInt8]) throws(Failure) -> SessionPolicy {
        var policy = SessionPolicy(hostname: hostname)
        policy.mechanisms = MechanismOffer.mechanisms(of: mechanisms)
        policy.loginCase = options.auth.loginCase
        policy.allowsPlaintext = options.tls.allowPlaintext
        policy.requiresLogin = options.backend.requireAuth
        policy.failures = options.limits.maxFailures.number
        policy.malformedLogins = options.limits.maxMalformed.number
        policy.errors = options.limits.maxErrors.number
        guard options.backend.isThere else { return policy }
        var passing = SessionPolicy.Passing(offer: options.backend.offer ?? .nothing)
        passing.xclient = options.backend.xclient
        if options.backend.checkSender {
            do throws(SenderMap.BadLine) {
                passing.senders = try SenderMap(senderMap ?? [], policy.loginCase)
            } catch {
                throw .misused(error.cause(in: options.backend.senderMap ?? ""))
            }
        }
        policy.mail = .passed(passing)
        return policy
    }
}
