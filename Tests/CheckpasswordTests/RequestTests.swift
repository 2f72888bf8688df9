import Checkpassword
import CheckpwdCore
import TestSupport
import Testing

private let challenge = "<1896.697170952@postoffice.reston.mci.net>"
private let digest = "b913a602c7eda7a495b4e6e7334d3890"

/// What a request is read as, in words that can be compared.
private enum Reading: Equatable, Sendable {
    case plain(String, String)
    case digest(String, challenge: String, digest: String, by: String)
    case unknownMechanism(String, UInt8)
    case misused

    init(_ bytes: String) {
        do throws(Failure) {
            let request = try Request(Secret(bytes))
            let login = request.login.bytes.text
            func text(_ place: Range<Int>) -> String {
                request.withBytes(at: place) { String(decoding: $0, as: UTF8.self) }
            }
            switch request.credential {
            case .password(let password): self = .plain(login, text(password))
            case .digest(let digest, let challenge, let mechanisms):
                self = .digest(login, challenge: text(challenge), digest: text(digest), by: mechanisms.names.text)
            case .unknownMechanism(let byte): self = .unknownMechanism(login, byte)
            }
        } catch {
            guard case .misused = error else { preconditionFailure("\(error)") }
            self = .misused
        }
    }
}

@Suite struct RequestTests {
    @Test(arguments: [
        ("two fields", "alice\0pass\0"),
        ("classic, an empty timestamp", "alice\0pass\0\0"),
        ("a timestamp", "alice\0pass\01234567890\0"),
        ("qpsmtpd", "alice\0pass\0Y123456\0"),
        ("an unterminated password", "alice\0pass"),
        ("an unterminated timestamp", "alice\0pass\0Y1"),
        ("qmail-popup, USER and PASS", "alice\0pass\0<1.2@host>\0"),
        ("IndiMail, LOGIN", "alice\0pass\0\0\u{1}\0"),
        ("IndiMail, PLAIN", "alice\0pass\0\0\u{2}\0"),
        ("IndiMail, PLAIN, mechanism unterminated", "alice\0pass\0\0\u{2}"),
        ("a fourth field that is no mechanism", "alice\0pass\0x\0y\0"),
        ("a mechanism beyond the last", "alice\0pass\0x\0\u{12}\0"),
        ("an empty fourth field", "alice\0pass\0x\0\0"),
        ("two bytes in the fourth field", "alice\0pass\0x\0\u{1}\u{1}\0"),
        ("five fields", "alice\0pass\0a\0b\0c\0"),
    ])
    func `a password is read`(caller: String, bytes: String) {
        #expect(Reading(bytes) == .plain("alice", "pass"), "\(caller)")
    }

    @Test(arguments: [
        ("netqmail", "tim\0\(challenge)\0\(digest)\0"),
        ("netqmail, unterminated", "tim\0\(challenge)\0\(digest)"),
        ("IndiMail", "tim\0\(challenge)\0\(digest)\0\u{3}\0"),
    ])
    func `a CRAM-MD5 answer is read`(caller: String, bytes: String) {
        #expect(Reading(bytes) == .digest("tim", challenge: challenge, digest: digest, by: "cram-md5"), "\(caller)")
    }

    @Test func `a digest before its challenge may be APOP's as well`() {
        #expect(
            Reading("tim\0\(digest)\0\(challenge)\0")
                == .digest("tim", challenge: challenge, digest: digest, by: "cram-md5-or-apop"))
    }

    @Test(arguments: [
        ("upper-case digits", "tim\0\(challenge)\0\(digest.uppercased())\0"),
        ("31 digits", "tim\0\(challenge)\0\(digest.dropLast())\0"),
        ("33 digits", "tim\0\(challenge)\0\(digest)0\0"),
        ("no @", "tim\0<1896.697170952>\0\(digest)\0"),
        ("no <", "tim\01896.697170952@host>\0\(digest)\0"),
        ("no >", "tim\0<1896.697170952@host\0\(digest)\0"),
        ("a blank inside", "tim\0<1896.1 @host>\0\(digest)\0"),
        ("only the brackets", "tim\0<>\0\(digest)\0"),
    ])
    func `what only resembles a challenge and its digest is a password`(difference: String, bytes: String) {
        let password = bytes.split(separator: "\0", omittingEmptySubsequences: false)[1]
        #expect(Reading(bytes) == .plain("tim", String(password)), "\(difference)")
    }

    /// What a client can do to a server that decodes base64 without looking for NUL bytes.
    @Test(arguments: [
        ("in the login name, LOGIN", "alice\0\(challenge)\0\(digest)\0pass\0\0"),
        ("in the login name, IndiMail", "alice\0\(challenge)\0\(digest)\0pass\0\0\u{1}\0"),
        ("the mechanism smuggled too", "alice\0\(challenge)\0\(digest)\0\u{3}\0pass\0\0"),
    ])
    func `a replayed answer smuggled in with NUL bytes is a password`(place: String, bytes: String) {
        #expect(Reading(bytes) == .plain("alice", challenge), "\(place)")
    }

    @Test func `the mechanism byte alone decides, whatever the fields look like`() {
        #expect(Reading("a\0\(challenge)\0\(digest)\0\u{1}\0") == .plain("a", challenge))
        #expect(Reading("a\0x\0y\0\u{3}\0") == .digest("a", challenge: "x", digest: "y", by: "cram-md5"))
    }

    @Test(arguments: [
        ("\u{4}", "cram-sha1"), ("\u{5}", "cram-sha224"), ("\u{6}", "cram-sha256"), ("\u{7}", "cram-sha384"),
        ("\u{8}", "cram-sha512"), ("\u{9}", "cram-ripemd"),
    ])
    func `IndiMail's kin of CRAM-MD5 are known by their byte`(byte: String, mechanism: String) {
        #expect(Reading("a\0x\0y\0\(byte)\0") == .digest("a", challenge: "x", digest: "y", by: mechanism))
    }

    private static func smuggled(digits: Int) -> String {
        "alice\0\(challenge)\0\(String(repeating: "aB", count: digits / 2))\0pass\0\0"
    }

    @Test(arguments: [
        ("five fields", "alice\0\(challenge)\0\(digest)\0pass\0\0", true),
        ("the other way round", "alice\0\(digest)\0\(challenge)\0pass\0\0", true),
        ("four fields, none a mechanism", "alice\0\(challenge)\0\(digest)\0pass\0", true),
        ("six fields, a mechanism among them", "alice\0\(challenge)\0\(digest)\0\u{3}\0pass\0\0", true),
        ("upper-case digits", "alice\0\(challenge)\0\(digest.uppercased())\0pass\0\0", true),
        ("the digits of SHA-1", smuggled(digits: 40), true),
        ("the digits of SHA-224", smuggled(digits: 56), true),
        ("the digits of SHA-256", smuggled(digits: 64), true),
        ("the digits of SHA-384", smuggled(digits: 96), true),
        ("the digits of SHA-512", smuggled(digits: 128), true),
        ("digits of no function", smuggled(digits: 48), false),
        ("an honest answer", "alice\0\(challenge)\0\(digest)\0", false),
        ("IndiMail's honest answer", "alice\0\(challenge)\0\(digest)\0\u{3}\0", false),
        ("only a challenge", "alice\0\(challenge)\0x\0pass\0\0", false),
        ("a plain login", "alice\0pass\0\0", false),
    ])
    func `an answer among surplus fields is seen`(what: String, bytes: String, seen: Bool) throws {
        let request = try Request(Secret(bytes))
        let holds = request.holdsSmuggledAnswer
        #expect(holds == seen, "\(what)")
    }

    @Test(arguments: UInt8(10)...17)
    func `a mechanism that is not spoken is named`(byte: UInt8) {
        #expect(
            Reading("a\0x\0y\0\(Character(UnicodeScalar(byte)))\0") == .unknownMechanism("a", byte))
    }

    @Test(arguments: ["alice", "alice\0", "\0"])
    func `one field is the caller's fault`(bytes: String) {
        #expect(Reading(bytes) == .misused)
    }

    @Test(arguments: ["\0\0", "\0\0\0", "\0\0\0\0", "\0\0\0\0\0\0\0"])
    func `NUL bytes only are an empty login with an empty password`(bytes: String) {
        #expect(Reading(bytes) == .plain("", ""))
    }
}
