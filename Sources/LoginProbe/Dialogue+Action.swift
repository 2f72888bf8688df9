import CheckpwdCore

extension Dialogue {
    /// How the connection is protected.
    public enum Security: Sendable {
        case none
        /// By STARTTLS, before anything else; a server that does not offer it is not logged in to.
        case startTLS
        /// From the start.
        case tls
    }

    /// A line to send, its end included. An object, so that an action is copyable: Swift 6.3's optimizer makes enums trap that
    /// are not, and have other payloads besides.
    public final class Line {
        let text: WipedText

        init(_ text: consuming WipedText) {
            self.text = text
        }
    }

    public enum Action {
        /// Send this, and hand in what comes.
        case send(Line)
        /// Begin TLS, and call `encrypted`.
        case startTLS
        /// Close the connection: the server accepted the login, or why it is not known that it would.
        case finish(Failure?)
    }
}
