import CheckpwdCore

/// The words with which a session with the backend begins, a reply in and a step out: its banner, EHLO, and XCLIENT
/// where that was asked for.
struct BackendOpening: Sendable {
    enum Step: Equatable {
        /// A command for it, the end included.
        case send([UInt8])
        /// Mail may begin.
        case ready(ServiceExtensions)
        case failed(BackendFailure)
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
        case (.ehlo, 250): return introduce(ServiceExtensions(ehloReply: reply))
        case (.ehlo, 500...559) where xclient == nil:
            // RFC 5321 section 3.2: a server that does not know EHLO.
            awaiting = .helo
            return .send(hello("HELO "))
        case (.xclient, 220):
            awaiting = .ehloAfterXClient
            return .send(hello("EHLO "))
        case (.ehloAfterXClient, 250): return .ready(ServiceExtensions(ehloReply: reply))
        case (.helo, 250): return .ready(.nothing)
        case (.ehlo, 500...559): return .failed(.noXClient)
        default: return .failed(.refused(code))
        }
    }

    private mutating func introduce(_ offer: ServiceExtensions) -> Step {
        guard let xclient else { return .ready(offer) }
        // The backend would take every client for us, and us it may well trust.
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

/// A session with the backend that only asks what it offers, bytes in and a step out.
public struct BackendInquiry: Sendable {
    public enum Step: Sendable {
        /// More must come.
        case more
        case send([UInt8])
        case learnt(ServiceExtensions)
        case failed(BackendFailure)
    }

    private var opening: BackendOpening

    /// - Parameter hostname: our name, for EHLO.
    public init(hostname: Hostname) {
        opening = BackendOpening(name: hostname.bytes, xclient: nil)
    }

    public mutating func receive(_ bytes: UnsafeRawBufferPointer, consumed: inout Int) -> Step {
        consumed = 0
        switch ReplyScanner.next(bytes) {
        case .more: return .more
        case .nonsense: return .failed(.nonsense)
        case .reply(let code, let count):
            guard count == bytes.count else { return .failed(.outOfStep) }
            consumed = count
            return switch opening.receive(code, bytes) {
            case .send(let command): .send(command)
            case .ready(let offer): .learnt(offer)
            case .failed(let failure): .failed(failure)
            }
        }
    }
}

/// Postfix's way to tell a server who the client really is (postfix.org/XCLIENT_README.html).
public struct XClient: Equatable, Sendable {
    /// The client's address as text; no bytes where unknown.
    let address: [UInt8]
    /// Who logged in; nil for a stranger.
    let login: [UInt8]?

    public init(address: [UInt8], login: [UInt8]?) {
        self.address = address
        self.login = login
    }

    /// The command, its end included.
    ///
    /// - Parameter attributes: what follows `XCLIENT` in the server's offer.
    /// - Returns: nil where the server would not be told what matters: the address, and the login of one who has one.
    func command(_ attributes: ArraySlice<UInt8>) -> [UInt8]? {
        let known = attributes.split(separator: UInt8(ascii: " ")).map { Array($0) }
        func offers(_ name: StaticString) -> Bool { known.contains { $0 == name } }
        guard offers("ADDR"), login == nil || offers("LOGIN") else { return nil }
        var command = [UInt8]("XCLIENT")
        // There was no look-up, so there is no name to tell.
        if offers("NAME") { command += " NAME=[UNAVAILABLE]" }
        command += " ADDR="
        if address.isEmpty {
            command += "[UNAVAILABLE]"
        } else {
            if address.contains(UInt8(ascii: ":")) { command += "IPV6:" }
            command += XText.encode(address)
        }
        if let login {
            command += " LOGIN="
            command += XText.encode(login)
        }
        command += "\r\n"
        return command
    }
}

/// RFC 3461 section 4: any bytes as printable ones, with `+XX` for those that are not, and for `+` and `=`.
enum XText {
    static func encode(_ bytes: [UInt8]) -> [UInt8] {
        var text: [UInt8] = []
        for byte in bytes {
            if (0x21...0x7E).contains(byte), byte != UInt8(ascii: "+"), byte != UInt8(ascii: "=") {
                text.append(byte)
            } else {
                text.append(UInt8(ascii: "+"))
                text += Hex.encode(CollectionOfOne(byte)).map { $0 >= UInt8(ascii: "a") ? $0 - 0x20 : $0 }
            }
        }
        return text
    }
}
