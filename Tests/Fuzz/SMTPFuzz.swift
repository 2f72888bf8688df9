import CheckpwdCore
@testable import SMTP

/// A whole session, from both sides: what must hold whatever the client and the backend say, however it is cut.
///
/// The input is a line of play: pieces with 0x01 between them, of which the first byte says whose they are. `C` bytes of
/// the client, `B` of the backend; `Y`, `N`, `T` the login was right, wrong, or nobody could say; `S` TLS is active; `E`
/// the backend ended; `I` the session was idle. Before the first 0x01 stand flags: `s` strangers may send mail, `x`
/// XCLIENT, `m` senders are checked, `p` there is no TLS and passwords may be sent, `t` there is no TLS, and it is offered.
enum SMTPFuzz {
    static func check(_ bytes: [UInt8]) throws {
        let pieces = bytes.split(separator: 1, omittingEmptySubsequences: false)
        let whole = try play(pieces, cuttingAt: .max)
        let cut = try play(pieces, cuttingAt: 1)
        try require(whole.session.endReason == cut.session.endReason, "the end depends on how the stream is cut")
        try require(whole.toClient == cut.toClient, "replies depend on how the stream is cut")
        // A bare line end, or a NUL, takes with it what came in one piece with it.
        try require(
            whole.session.endReason == .bareLineEnd || whole.session.endReason == .nul
                ? cut.toBackend.starts(with: whole.toBackend) : cut.toBackend == whole.toBackend,
            "what is passed on depends on how the stream is cut")
    }

    private static func play(_ pieces: [ArraySlice<UInt8>], cuttingAt size: Int) throws -> FuzzedSession {
        var played = FuzzedSession(flags: pieces[0])
        for piece in pieces.dropFirst() {
            guard let side = piece.first else { continue }
            var rest = piece.dropFirst()
            guard side == UInt8(ascii: "C") else {
                try played.take(side, rest)
                continue
            }
            while !rest.isEmpty {
                try played.clientSends(rest.prefix(size))
                rest = rest.dropFirst(size)
            }
        }
        return played
    }
}
