import Logging
import PrivilegeSeparation
import SASL
import SMTPServer

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
