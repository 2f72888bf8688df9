import CheckpwdCore

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
