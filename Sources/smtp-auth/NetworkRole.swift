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
        let station = try Station.enter(descriptors: descriptors)
        // From here on nothing of root's is left; only now is there a thread, or an event loop.
        queue.begin()
        let (listeners, metrics) = (station.listeners, station.metrics)
        let policy = try policy(station.senderMap, station.mechanisms)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: listeners.isEmpty ? 1 : System.coreCount)
        let certificates = try CertificateLoader(options.tls).load(station.certificates)
        let link = try station.link()
        let meters = Meters()
        let tls = try currentTLS(certificates, meters, isOneSession: listeners.isEmpty)
        let behind: (any Behind)? = options.behind.relay ?? options.behind.program.map { _ in ProgramBehind(link) }
        let service = Service(
            policy, authenticator: ParentAuthenticator(link, fieldsIn: options.auth.usedFieldOrder),
            behind: behind, tls: tls, limits: options.limits.limits, logger: logger,
            authCommand: options.auth.command.name, meters: meters)
        let serving = Serving(
            service, behind: behind, hostname: hostname, tls: tls,
            certificates: CertificateLoader(options.tls), link: link, group: group,
            occupancy: Occupancy(
                most: options.limits.maxConnections.number, mostPerAddress: options.limits.maxPerAddress.number),
            asksForOffer: options.behind.offer == nil, senderMap: options.behind.senderMap ?? "", drainTimeout: options.limits.drainTimeout.amount, logger: logger,
            queue: queue)
        // One session on standard input would say so to each client.
        if options.behind.hidesStrangers, !listeners.isEmpty {
            logger.warning(
                "clients that have not logged in look like this machine to the server behind; it must not relay for this machine, or --xclient must tell it")
        }
        serving.begin(
            on: listeners, wrapsTLS: options.tls.tlsWrap, metrics: metrics, proxies: options.front.proxyProtocol)
        let parting = link.run(serving.take)
        if parting == .left { return 0 }
        logger.critical("the way to the parent process has ended: \(parting)")
        return 111
    }

    /// For each session two: to the client, and to the one behind. For connections that have none, and for scrapers, one
    /// each. Some are our own, and an event loop has three.
    private var descriptors: Int {
        2 * options.limits.maxConnections.number + Service.mostTurnedAway + MetricsServer.most + 64 + 4 * System.coreCount
    }

    /// The certificates for new sessions. What is wrong with them is logged.
    ///
    /// - Parameter isOneSession: then a fault that some clients do not mind is not logged: it would be for each of them.
    private func currentTLS(
        _ certificates: ServerCertificates?, _ meters: Meters, isOneSession: Bool
    ) throws(Failure) -> CurrentTLS? {
        guard let certificates else { return nil }
        for fault in certificates.faults(at: time(nil), host: hostname.bytes) where fault.isGrave || !isOneSession {
            logger.warn(fault)
        }
        meters.note(certificates)
        return try CurrentTLS(certificates)
    }

    private func policy(_ senderMap: [UInt8]?, _ mechanisms: [UInt8]) throws(Failure) -> Policy {
        var policy = Policy(hostname: hostname)
        policy.mechanisms = MechanismOffer.mechanisms(of: mechanisms)
        policy.loginCase = options.auth.loginCase
        policy.allowsPlaintext = options.tls.allowPlaintext
        policy.requiresLogin = options.behind.requireAuth
        policy.failures = options.limits.maxFailures.number
        policy.malformedLogins = options.limits.maxMalformed.number
        policy.errors = options.limits.maxErrors.number
        guard options.behind.isThere else { return policy }
        var passing = Policy.Passing(offer: options.behind.offer ?? .nothing)
        passing.xclient = options.behind.xclient
        if options.behind.checkSender {
            do throws(SenderMap.BadLine) {
                passing.senders = try SenderMap(senderMap ?? [], policy.loginCase)
            } catch {
                throw .misused(error.cause(in: options.behind.senderMap ?? ""))
            }
        }
        policy.mail = .passed(passing)
        return policy
    }
}
