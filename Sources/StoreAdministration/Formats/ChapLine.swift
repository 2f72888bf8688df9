import CheckpwdCore

/// A line of pppd's `chap-secrets`: client, server, secret, and addresses that the client may use (pppd(8),
/// AUTHENTICATION). The client is the login; server and addresses are another program's.
enum ChapLine {
    /// - Parameter literal: whether a secret may look like a hash, as those of pppd's `pap-secrets` may be.
    static func read(_ line: UnsafeRawBufferPointer, literal: Bool) throws(LineError) -> Line {
        var words = PPPWords(line)
        guard let login = try words.next() else { return words.isUnfinished ? .unfinished : .nothing }
        let server = try words.next()
        let secret = try words.next()
        if words.isUnfinished { return .unfinished }
        guard server != nil, let secret else { throw LineError("less than client, server and secret") }
        let name = login.withUnsafeBytes { [UInt8]($0) }
        if name == "*" { throw LineError("not one login, but many") }
        if secret.withUnsafeBytes({ $0.starts(with: "@/".utf8) }) { throw LineError("the secret is in another file") }
        if !literal, let look = secret.withUnsafeBytes({ Lookalike.of($0) }) { throw LineError(look.reason) }
        return .entry(try Entry(LoginName(name), secret))
    }

    static func write(_ entry: Entry, to text: inout WipedText) throws(LineError) {
        if entry.login.bytes == "*" { throw LineError("login means any client") }
        try entry.secret.withUnsafeBytes { (secret) throws(LineError) in
            if secret.starts(with: "@/".utf8) { throw LineError("secret means a file") }
            if let look = Lookalike.of(secret) { throw LineError(look.reason) }
            entry.login.bytes.withUnsafeBytes { quote($0, to: &text) }
            text.append(" * ")
            quote(secret, to: &text)
            text.append(" *")
        }
    }

    private static func quote(_ word: UnsafeRawBufferPointer, to text: inout WipedText) {
        text.append("\"")
        for byte in word {
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { text.append("\\") }
            text.append(byte)
        }
        text.append("\"")
    }
}
