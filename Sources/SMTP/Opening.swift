import CheckpwdCore

/// The words with which a session with the one behind begins, a reply in and a step out: its banner, EHLO, and XCLIENT
/// where that was asked for.
struct Opening: Sendable {
    enum Step: Equatable {
        /// A command for it, the end included.
        case send([UInt8])
        /// Mail may begin.
        case ready(Offer)
        case failed(Loss)
    }

    private enum Awaiting {
        case banner
        case ehlo
        case xclient
        case ehloAfterXClient
        case helo
    }

    private let name: [UInt8]
    private let xclient: XClient?
    private var awaiting = Awaiting.banner

    /// - Parameter name: the client's, as it said it after EHLO.
    init(name: [UInt8], xclient: XClient?) {
        self.name = name
        self.xclient = xclient
    }

    mutating func receive(_ code: Int, _ reply: UnsafeRawBufferPointer) -> Step {
        switch (awaiting, code) {
        case (.banner, 220):
            awaiting = .ehlo
            return .send(hello("EHLO "))
        case (.ehlo, 250): return introduce(Offer(ehloReply: reply))
        case (.ehlo, 500...559) where xclient == nil:
            // RFC 5321 section 3.2: a server that does not know EHLO.
            awaiting = .helo
            return .send(hello("HELO "))
        case (.xclient, 220):
            awaiting = .ehloAfterXClient
            return .send(hello("EHLO "))
        case (.ehloAfterXClient, 250): return .ready(Offer(ehloReply: reply))
        case (.helo, 250): return .ready(.nothing)
        case (.ehlo, 500...559): return .failed(.noXClient)
        default: return .failed(.refused(code))
        }
    }

    private mutating func introduce(_ offer: Offer) -> Step {
        guard let xclient else { return .ready(offer) }
        // The one behind would take every client for us, and us it may well trust.
        guard let attributes = offer.parameters(of: [UInt8]("XCLIENT")),
            let command = xclient.command(attributes)
        else { return .failed(.noXClient) }
        awaiting = .xclient
        return .send(command)
    }

    private func hello(_ verb: StaticString) -> [UInt8] {
        [UInt8](verb) + name + [UInt8]("\r\n")
    }
}
