/// The first word of a command line.
enum Verb: String, CaseIterable {
    case ehlo, helo, noop, rset, quit, auth, starttls, help
    case mail, rcpt, data, vrfy, expn
    /// Known, and not spoken here: BDAT is CHUNKING, which is never offered.
    case bdat, etrn, send, soml, saml, turn, atrn, burl

    /// - Parameter word: in upper or lower case (RFC 5321 section 2.4). It is compared where it is, not copied: a client
    ///   out of step may have sent a password.
    init?(_ word: Slice<UnsafeRawBufferPointer>) {
        guard let verb = Self.allCases.first(where: { $0.matches(word) }) else { return nil }
        self = verb
    }

    private func matches(_ word: Slice<UnsafeRawBufferPointer>) -> Bool {
        // Names here are letters, and 0x20 is what sets a lower-case letter apart from its capital.
        word.elementsEqual(rawValue.utf8) { $0 | 0x20 == $1 }
    }
}
