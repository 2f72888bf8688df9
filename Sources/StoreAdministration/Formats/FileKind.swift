import CheckpwdCore

/// A kind of file with logins and passwords, or something like them, recognized by its lines.
public enum FileKind: Equatable, Sendable, CaseIterable {
    // Files that can be imported.
    case colon, authuser, chap, passwdFile, jsonLines
    // Files with hashes, or without passwords.
    case shadow, passwd, masterPasswd, group, gshadow, smbpasswd, htdigest, hashes
    // Files with passwords for other hosts.
    case exim, sasl
    // Files that do not have one entry a line.
    case json, utf16

    /// - Parameter text: whole lines from the beginning of a file.
    /// - Returns: the kind of more than half of the lines, not counting comments and blank lines.
    static func recognize(_ text: UnsafeRawBufferPointer) -> FileKind? {
        if ByteOrderMark.isWide(text) { return .utf16 }
        var counts: [FileKind: Int] = [:]
        var lines = 0
        for line in text.withoutByteOrderMark.split(separator: UInt8(ascii: "\n")) {
            let line = line.dropLast { isBlank($0) || $0 == UInt8(ascii: "\r") }
            guard let first = line.first(where: { !isBlank($0) }), first != UInt8(ascii: "#") else { continue }
            let kind = FileKind(line)
            // Of a JSON object on several lines, only the first line can be recognized.
            if lines == 0, kind == .json { return .json }
            lines += 1
            if let kind { counts[kind, default: 0] += 1 }
        }
        return counts.first { 2 * $0.value > lines }?.key
    }

    /// Whether a reader of this format may read the file: it takes the lines, or refuses each with a better reason.
    func isReadable(as format: Format) -> Bool {
        switch format {
        case .colon: self == .colon
        case .authuser: self == .colon || self == .authuser
        case .chap: self == .chap
        case .passwdFile: self == .passwdFile || self == .colon
        case .jsonLines: self == .jsonLines
        }
    }

    /// Whether no file of logins and secrets looks so. A file of the other kinds may be one, if all of its secrets look alike.
    var isCertain: Bool {
        switch self {
        case .hashes, .exim, .sasl, .colon, .authuser: false
        default: true
        }
    }

    /// The name for messages.
    public var name: StaticString {
        switch self {
        case .colon: "login:secret"
        case .authuser: "login:secret with the marks of users/authuser"
        case .chap: "chap-secrets"
        case .passwdFile: "Dovecot's passwd-file"
        case .jsonLines: "JSON, one object a line"
        case .shadow: "shadow(5)"
        case .passwd: "passwd(5)"
        case .masterPasswd: "BSD's master.passwd(5)"
        case .group: "group(5)"
        case .gshadow: "gshadow(5)"
        case .smbpasswd: "smbpasswd(5)"
        case .htdigest: "Apache's htdigest"
        case .hashes: "logins and hashes, as in htpasswd"
        case .exim: "exim's passwd.client"
        case .sasl: "Postfix's sasl_passwd"
        case .json: "JSON"
        case .utf16: "UTF-16 or UTF-32"
        }
    }

    /// The advice for messages.
    public var remedy: StaticString {
        switch self {
        case .colon: "nothing was imported; read it with --format colon"
        case .authuser: "nothing was imported; read it with --format authuser"
        case .chap: "nothing was imported; read it with --format chap"
        case .passwdFile: "nothing was imported; read it with --format passwd-file"
        case .jsonLines: "nothing was imported; read it with --format jsonl"
        case .shadow, .passwd, .masterPasswd, .gshadow, .smbpasswd, .htdigest:
            "nothing was imported; it has hashes at most, and CRAM-MD5 and APOP need the secret itself"
        case .hashes:
            "nothing was imported; CRAM-MD5 and APOP need the secret itself; if these are secrets, --literal takes them"
        case .group: "nothing was imported; it has no secrets of logins"
        case .exim, .sasl:
            "nothing was imported; its passwords are for other hosts; if these are logins and secrets, --literal takes them"
        case .json: "nothing was imported; --format jsonl wants one object a line"
        case .utf16: "nothing was imported; save it as UTF-8"
        }
    }
}

extension FileKind {
    /// The kind of file that one line is of.
    ///
    /// - Parameter line: not a comment, and not blank.
    private init?(_ line: Slice<UnsafeRawBufferPointer>) {
        guard let kind = FileKind.json(line) ?? FileKind.words(line) ?? FileKind.columns(line) else { return nil }
        self = kind
    }

    private static func json(_ line: Slice<UnsafeRawBufferPointer>) -> FileKind? {
        let text = line.drop(while: isBlank)
        guard text.first == UInt8(ascii: "{") || text.first == UInt8(ascii: "[") else { return nil }
        let next = text.dropFirst().first { !isBlank($0) }
        if text.first == UInt8(ascii: "{"), next == UInt8(ascii: "\""), text.last == UInt8(ascii: "}") { return .jsonLines }
        return next == nil || next == UInt8(ascii: "\"") || next == UInt8(ascii: "{") ? .json : nil
    }

    private static func words(_ line: Slice<UnsafeRawBufferPointer>) -> FileKind? {
        let words = line.split(whereSeparator: isBlank)
        guard words.count > 1 else { return nil }
        // `[mail.example.com]:587 login:password`.
        if words.count == 2, words[1].dropFirst().contains(UInt8(ascii: ":")), isHost(words[0], dots: 1) { return .sasl }
        guard words.count > 2, !words[0].contains(UInt8(ascii: ":")) else { return nil }
        return words[1].elementsEqual("*".utf8) || !line.contains(UInt8(ascii: ":")) ? .chap : nil
    }

    private static func columns(_ line: Slice<UnsafeRawBufferPointer>) -> FileKind? {
        let all = Columns(line)
        guard all.count > 1 else { return nil }
        let password = all[1]
        let look = Lookalike.of(password)
        let isEmptyHand = look == .hash || look == .desHash || look == .locked || password.isEmpty || password.elementsEqual("x".utf8)
        if all.count == 9, (2...8).allSatisfy(all.isNumberOrEmpty), look != .scheme { return .shadow }
        if all.count == 10, all.isNumber(2), all.isNumber(3), all.isNumberOrEmpty(5), all.isNumberOrEmpty(6), all.isPath(8) {
            return .masterPasswd
        }
        if all.count >= 6, all.isNumber(1), all.isDigest(2), all.isDigest(3) { return .smbpasswd }
        if look == .scheme { return .passwdFile }
        if let scheme = Scheme(at: password), case .hash(let name) = scheme.kind {
            return [UInt8](name) == "SHA" && all.count == 2 ? .hashes : .passwdFile
        }
        if all.count == 7 || all.count == 8, all.isNumber(2), all.isNumber(3), all[5].isEmpty || all.isPath(5) {
            return isEmptyHand ? .passwd : .passwdFile
        }
        if all.count == 4, isEmptyHand { return all.isNumber(2) ? .group : .gshadow }
        if all.count == 3, all.isDigest(2) { return .htdigest }
        if look == .hash || (look == .desHash && all.count == 2) { return .hashes }
        if all.count == 3, !password.isEmpty, !all[2].isEmpty, isHost(all[0], dots: password.contains(UInt8(ascii: "@")) ? 1 : 2) {
            return .exim
        }
        // Words of chap-secrets may have colons in them, too.
        let words = line.split(maxSplits: 2, whereSeparator: isBlank)
        if words.count > 2, !words[0].contains(UInt8(ascii: ":")) { return nil }
        let rest = line[password.startIndex...]
        let isMarked = "=%".utf8.contains(rest.first ?? 0) || (rest.count == 1 && "?!+&".utf8.contains(rest.first ?? 0))
        return isMarked ? .authuser : .colon
    }

    /// Whether this is a host name with so many dots at least, or a pattern for some; not a mail address.
    private static func isHost(_ text: Slice<UnsafeRawBufferPointer>, dots: Int) -> Bool {
        if text.first == UInt8(ascii: "[") { return true }
        let isName = text.allSatisfy { byte in
            (0x61...0x7A).contains(byte | 0x20) || (0x30...0x39).contains(byte) || "-.*:".utf8.contains(byte)
        }
        return isName && (text.contains(UInt8(ascii: "*")) || text.count { $0 == UInt8(ascii: ".") } >= dots)
    }
}

/// A line, or the rest of one, as columns with colons between.
struct Columns {
    private let columns: [Slice<UnsafeRawBufferPointer>]

    init(_ line: Slice<UnsafeRawBufferPointer>) {
        columns = line.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    }

    var count: Int { columns.count }

    subscript(index: Int) -> Slice<UnsafeRawBufferPointer> { columns[index] }

    func isNumberOrEmpty(_ index: Int) -> Bool {
        columns[index].allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }

    func isNumber(_ index: Int) -> Bool { !columns[index].isEmpty && isNumberOrEmpty(index) }

    func isPath(_ index: Int) -> Bool { columns[index].first == UInt8(ascii: "/") }

    /// 32 hexadecimal digits, or the X's that smbpasswd(5) has for no password.
    func isDigest(_ index: Int) -> Bool {
        columns[index].count == 32 && columns[index].allSatisfy { Hex.value($0) != nil || $0 == UInt8(ascii: "X") }
    }

    /// Whether the first of these is a password, and the others are what follows it in passwd(5), shadow(5), Dovecot's
    /// passwd-file, or htdigest.
    var followSecret: Bool {
        if count == 2 { return isDigest(1) }
        if count >= 3, isNumber(1), isNumber(2) { return true }
        if count >= 5, isNumberOrEmpty(1), isNumberOrEmpty(2), self[4].isEmpty || isPath(4) { return true }
        return count >= 6 && (1..<count).allSatisfy(isNumberOrEmpty)
    }
}
