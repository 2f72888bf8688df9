import Glibc
import Logging
import Metrics
import NIOCore
import NIOPosix
import SMTP
import SMTPFront
import Separation
import Verdicts

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
        let (listeners, metrics, senderMap) = (station.listeners, station.metrics, station.senderMap)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: listeners.isEmpty ? 1 : System.coreCount)
        let tls = try currentTLS(station)
        let link = try station.link()
        let meters = Meters()
        let behind: (any Behind)? = options.behind.relay ?? options.behind.program.map { _ in ProgramBehind(link) }
        let service = Service(
            try policy(senderMap), authenticator: ParentAuthenticator(link, fieldsIn: options.auth.fieldOrder),
            behind: behind, tls: tls, limits: options.limits.limits, logger: logger, meters: meters)
        let serving = Serving(
            service, behind: behind, hostname: hostname, tls: tls, link: link, group: group,
            occupancy: Occupancy(
                most: options.limits.maxConnections.number, mostPerAddress: options.limits.maxPerAddress.number),
            asksForOffer: options.behind.offer == nil, drainTimeout: options.limits.drainTimeout.amount, logger: logger,
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

    private func currentTLS(_ station: borrowing Station) throws(Failure) -> CurrentTLS? {
        switch station.certificate {
        case .some(let certificate): try CurrentTLS(certificatePEM: certificate.chain, keyPEM: certificate.key)
        case .none: nil
        }
    }

    private func policy(_ senderMap: [UInt8]?) throws(Failure) -> Policy {
        var policy = Policy(hostname: hostname)
        if let mechanisms = options.auth.mechanisms { policy.mechanisms = mechanisms.mechanisms }
        policy.allowsPlaintext = options.tls.allowPlaintext
        policy.requiresLogin = options.behind.requireAuth
        policy.failures = options.limits.maxFailures.number
        guard options.behind.isThere else { return policy }
        var passing = Policy.Passing(offer: options.behind.offer ?? .nothing)
        passing.xclient = options.behind.xclient
        if options.behind.checkSender {
            guard let senders = SenderMap(senderMap ?? []) else {
                throw .misused(
                    Cause("bad line in --sender-map", remedy: "a line is a login, and addresses after it, apart by blanks"))
            }
            passing.senders = senders
        }
        policy.mail = .passed(passing)
        return policy
    }
}
