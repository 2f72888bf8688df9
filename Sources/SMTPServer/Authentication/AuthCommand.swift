import CheckpwdCore
import SASL

/// The auth command's words, and what they say of the program.
public struct AuthCommand: Equatable, Sendable {
    /// The program and its arguments.
    public let words: [[UInt8]]

    /// - Parameter words: at least one.
    public init(_ words: [[UInt8]]) {
        self.words = words
    }

    /// Whether the program is called `pam-checkpwd`, wherever it is.
    public var isPamCheckpwd: Bool { name == "pam-checkpwd" }

    /// The program's name without its folder.
    public var name: [UInt8] {
        let start = words[0].lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? 0
        return Array(words[0][start...])
    }

    /// Whether its options make it stay and answer packets.
    public var isWorker: Bool { options.contains { $0 == "--resident" } }

    /// The order of fields by which the program understands every mechanism that we offer. pam-checkpwd takes three
    /// fields for an answer to a challenge only if `-m` names the mechanism; with IndiMail's byte the mechanism is certain.
    public var fieldOrder: FieldOrder { isPamCheckpwd ? .indimail : .netqmail }

    /// The command that lists the mechanisms by which a login could succeed; nil if the program has none.
    public var listing: [[UInt8]]? {
        isPamCheckpwd ? [words[0], [UInt8]("--list-mechanisms")] + words.dropFirst() : nil
    }

    /// The words before `--`.
    private var options: ArraySlice<[UInt8]> { words.dropFirst().prefix { !($0 == "--") } }
}

/// How a challenge-response login is laid out on descriptor 3: those who patched qmail did not agree.
public enum FieldOrder: String, CaseIterable, Sendable {
    /// `login NUL challenge NUL digest NUL`, as netqmail's AUTH patch and its kin.
    case netqmail
    /// `login NUL digest NUL challenge NUL`.
    case sqmail
    /// `login NUL challenge NUL digest NUL byte NUL`, the byte naming the mechanism, for a password too.
    case indimail
}

/// What a checkpassword program reads on descriptor 3 (cr.yp.to/checkpwd/interface.html).
public enum CredentialBytes {
    /// The interface's limit.
    public static let limit = 512

    /// `login NUL password NUL NUL`, or a challenge and its answer in the order that the program expects.
    ///
    /// - Returns: nil where that is more than the interface allows.
    public static func of(_ attempt: AuthenticationAttempt, in order: FieldOrder = .netqmail) -> Secret? {
        let byte: [UInt8] =
            switch order {
            case .netqmail, .sqmail: []
            case .indimail: [mechanismByte(attempt.mechanism), 0]
            }
        return attempt.response.withUnsafeBytes { response in
            switch (attempt.challenge, order) {
            case (nil, _): fields(attempt.login.bytes, response, EmptyCollection(), byte)
            case (let challenge?, .sqmail): fields(attempt.login.bytes, response, challenge, byte)
            case (let challenge?, .netqmail), (let challenge?, .indimail):
                fields(attempt.login.bytes, challenge, response, byte)
            }
        }
    }

    private static func mechanismByte(_ mechanism: Mechanism) -> UInt8 {
        switch mechanism {
        case .login: 1
        case .plain: 2
        case .cramMD5: 3
        }
    }

    /// Three fields, a NUL after each, and what comes after them.
    private static func fields(
        _ login: some Collection<UInt8>, _ second: some Collection<UInt8>, _ third: some Collection<UInt8>,
        _ rest: [UInt8]
    ) -> Secret? {
        let count = login.count + second.count + third.count + 3 + rest.count
        guard count <= limit else { return nil }
        return Secret(capacity: count) { buffer in
            var place = 0
            func add(_ field: some Collection<UInt8>) {
                UnsafeMutableRawBufferPointer(rebasing: buffer[place...]).copyBytes(from: field)
                place += field.count + 1
                buffer[place - 1] = 0
            }
            add(login)
            add(second)
            add(third)
            UnsafeMutableRawBufferPointer(rebasing: buffer[place...]).copyBytes(from: rest)
            return count
        }
    }
}
