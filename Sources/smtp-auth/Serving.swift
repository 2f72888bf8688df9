import CheckpwdCore
import Glibc
import Logging
import NIOCore
import NIOPosix
import PrivilegeSeparation
import SMTP
import SMTPServer
import ServerSupport
import Synchronization
import TransportSecurity

/// The network process at work: its servers, and what its parent tells it.
final class Serving: Sendable {
    private let service: SMTPService
    private let backend: (any Backend)?
    private let hostname: Hostname
    private let tls: CurrentTLS?
    private let certificates: CertificateLoader
    private let link: ParentLink
    private let group: MultiThreadedEventLoopGroup
    private let limiter: ConnectionLimiter
    private let asksForOffer: Bool
    private let senderMap: String
    private let drainTimeout: TimeAmount
    private let logger: Logger
    private let queue: LogQueue
    private let servers = Mutex(Servers())

    private struct Servers {
        var channels: [any Channel] = []
        var isDraining = false
        /// How often the backend was asked. An answer to an earlier question is ignored.
        var asked = 0
    }

    /// After how long a backend that did not answer is asked again.
    private static let patience = TimeAmount.seconds(30)
    /// How long a client has to read that we are going.
    private static let parting = TimeAmount.seconds(1)

    /// - Parameters:
    ///   - asksForOffer: whether the backend is asked for its extensions.
    ///   - senderMap: the file's name.
    init(
        _ service: SMTPService, backend: (any Backend)?, hostname: Hostname, tls: CurrentTLS?,
        certificates: CertificateLoader, link: ParentLink, group: MultiThreadedEventLoopGroup, limiter: ConnectionLimiter,
        asksForOffer: Bool, senderMap: String, drainTimeout: TimeAmount, logger: Logger, queue: LogQueue
    ) {
        self.service = service
        self.backend = backend
        self.hostname = hostname
        self.tls = tls
        self.certificates = certificates
        self.link = link
        self.group = group
        self.limiter = limiter
        self.asksForOffer = asksForOffer
        self.senderMap = senderMap
        self.drainTimeout = drainTimeout
        self.logger = logger
        self.queue = queue
    }

    /// Serves, as soon as the backend has said what it offers, or has not.
    ///
    /// - Parameters:
    ///   - sockets: that listen; where there is none, the client is on standard input and output.
    ///   - metrics: a socket that listens for scrapers.
    ///   - proxies: the peers that say by the PROXY protocol who the client is.
    func begin(on sockets: [Int32], wrapsTLS: Bool, metrics: Int32?, proxies: [AddressPrefix]) {
        probe().flatMap { () -> EventLoopFuture<Void> in
            guard !self.servers.withLock({ $0.isDraining }) else { return self.group.next().makeSucceededVoidFuture() }
            guard !sockets.isEmpty else { return self.serveOneSession(wrapsTLS: wrapsTLS) }
            var started = sockets.map { socket in
                Server.start(
                    self.service, onListening: socket, group: self.group, limiter: self.limiter, wrapsTLS: wrapsTLS,
                    proxies: proxies
                ).map(\.channel)
            }
            if let metrics { started.append(MetricsServer.start(self.service.metrics, on: metrics, group: self.group)) }
            return EventLoopFuture.whenAllSucceed(started, on: self.group.next()).map { channels in
                self.servers.withLock { $0.channels = channels }
            }
        }.whenComplete { result in
            switch result {
            case .success: self.link.ready()
            case .failure(let error):
                self.logger.critical("cannot serve: \(error)")
                self.queue.flush()
                exit(111)
            }
        }
    }

    private func serveOneSession(wrapsTLS: Bool) -> EventLoopFuture<Void> {
        do throws(Failure) {
            try OneSession.start(service, group: group, limiter: limiter, wrapsTLS: wrapsTLS)
                .whenComplete { _ in self.link.leave() }
            return group.next().makeSucceededVoidFuture()
        } catch {
            return group.next().makeFailedFuture(error)
        }
    }

    /// What the parent says.
    func take(_ event: ParentLink.Event) {
        switch event {
        case .certificates(let certificates): replace(certificates)
        case .senderMap(let text): replace(text)
        case .mechanisms(let names): service.changePolicy { $0.mechanisms = MechanismOffer.mechanisms(of: names) }
        case .reload: probe().whenComplete { _ in self.link.ready() }
        case .drain: drain()
        }
    }

    private func replace(_ received: [NetworkStartup.Certificate]) {
        do throws(Failure) {
            guard let tls, let new = try certificates.load(received) else { return }
            try tls.replace(with: new)
            service.metrics.note(new)
            for fault in new.faults(at: time(nil), host: hostname.bytes) { logger.warn(fault) }
            logger.notice("certificate replaced")
        } catch {
            logger.keepsCertificate(error.cause)
        }
    }

    private func replace(_ senderMap: Result<[UInt8], SystemError>) {
        switch senderMap {
        case .success(let text): replace(text)
        case .failure(let error):
            let sentence = String(decoding: SenderMapUnread.cause(error).sentence, as: UTF8.self)
            logger.error("\(sentence); the old map of senders stays")
        }
    }

    private func replace(_ senderMap: [UInt8]) {
        do throws(SenderMap.BadLine) {
            let senders = try SenderMap(senderMap, service.currentPolicy.loginCase)
            service.changePassing { $0.senders = senders }
            logger.notice("map of senders replaced")
        } catch {
            let sentence = String(decoding: error.cause(in: self.senderMap).sentence, as: UTF8.self)
            logger.error("\(sentence); the old map of senders stays")
        }
    }

    /// Asks the backend what it offers, if it is to be asked.
    ///
    /// - Returns: a future that does not fail. Until there is an answer, what is offered stays as it is: at first nothing.
    private func probe() -> EventLoopFuture<Void> {
        let eventLoop = group.next()
        guard asksForOffer, let backend else { return eventLoop.makeSucceededVoidFuture() }
        let time = servers.withLock { servers in
            servers.asked += 1
            return servers.asked
        }
        return BackendProbe.offer(of: backend, hostname: hostname, on: eventLoop).map { offer in
            guard self.isLatest(time) else { return }
            self.service.changePassing { $0.offer = offer.passedOn }
        }.flatMapErrorThrowing { error in
            guard self.isLatest(time) else { return }
            self.logger.error(
                "what is behind does not say what it offers: \(error); what is offered stays as it was, and it is asked again")
            eventLoop.scheduleTask(in: Self.patience) { if self.isLatest(time) { _ = self.probe() } }
        }
    }

    /// Whether the backend was not asked again since: on SIGHUP, before the next time was due.
    private func isLatest(_ time: Int) -> Bool {
        servers.withLock { $0.asked == time && !$0.isDraining }
    }

    /// Takes no more clients, and ends when the last has gone, or at the deadline.
    private func drain() {
        let eventLoop = group.next()
        let channels = servers.withLock { servers in
            servers.isDraining = true
            return servers.channels
        }
        EventLoopFuture.andAllComplete(channels.map { $0.close() }, on: eventLoop).whenComplete { _ in
            self.logger.notice("no more connections; \(self.limiter.channels.count) sessions go on")
            self.limiter.empty(on: eventLoop).whenComplete { _ in self.link.leave() }
        }
        eventLoop.scheduleTask(in: drainTimeout) {
            for channel in self.limiter.channels { channel.pipeline.fireUserInboundEventTriggered(SMTPService.Draining()) }
            eventLoop.scheduleTask(in: Self.parting) { self.link.leave() }
        }
    }
}

/// Makes certificates of what the parent has read.
struct CertificateLoader: Sendable {
    private let files: [ServerCertificate.Files]

    init(_ options: TLSOptions) {
        files = options.certificates.map { ServerCertificate.Files(chain: $0.chain, key: $0.key) }
    }

    /// - Parameter received: in the order of the options.
    /// - Returns: nil if there are none.
    /// - Throws: `misused` if one cannot be used, which its file names.
    func load(_ received: [NetworkStartup.Certificate]) throws(Failure) -> ServerCertificates? {
        var all: [ServerCertificate] = []
        for (certificate, files) in zip(received, files) {
            all.append(try ServerCertificate(chain: certificate.chain, key: certificate.key, files: files))
        }
        return all.isEmpty ? nil : ServerCertificates(all)
    }
}

extension ServerMetrics {
    /// Shows until when these are valid.
    func note(_ certificates: ServerCertificates) {
        self.certificates(certificates.all.map { ($0.files.chain, $0.validity.notAfter) })
    }
}
