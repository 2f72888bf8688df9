import CheckpwdCore
import Cryptography
import Foundation
import TestSupport

/// One login handed to pam-checkpwd, as a mail server does it.
enum Login {
    /// A challenge of now that no other is like.
    static func challenge(time: Int = Int(Date().timeIntervalSince1970)) -> String {
        "<\(UUID().uuidString).\(time)@mail.example.com>"
    }

    /// The bytes of a password login.
    static func plain(_ login: String, _ password: String = "pass") -> [UInt8] {
        Array("\(login)\0\(password)\0\0".utf8)
    }

    /// The bytes of a CRAM-MD5 login as IndiMail's server sends it, with the mechanism's byte.
    static func cramMD5(_ login: String, _ secret: String = "pass", to challenge: String = challenge()) throws -> [UInt8] {
        try indimail(login, secret, .cramMD5, byte: 3, to: challenge)
    }

    /// What lets three fields be a challenge and its answer.
    static let threeFields = ["-m", "plain,cram-md5,apop"]

    /// What lets each mechanism be one that a login may use: without -m only a password is.
    static let everyMechanism = [
        "-m", "plain,cram-md5,apop,cram-sha1,cram-sha224,cram-sha256,cram-sha384,cram-sha512,cram-ripemd",
    ]

    /// The bytes of a CRAM-MD5 login, in netqmail's order.
    static func netqmail(_ login: String, _ secret: String = "pass", to challenge: String = challenge()) throws -> [UInt8] {
        Array("\(login)\0\(challenge)\0\(try digest(.cramMD5, secret, challenge))\0".utf8)
    }

    /// The bytes of a CRAM-MD5 login in s/qmail's order.
    static func sqmail(_ login: String, _ secret: String = "pass", to challenge: String = challenge()) throws -> [UInt8] {
        Array("\(login)\0\(try digest(.cramMD5, secret, challenge))\0\(challenge)\0".utf8)
    }

    /// The bytes of an APOP login.
    static func apop(_ login: String, _ secret: String = "pass", to challenge: String = challenge()) throws -> [UInt8] {
        Array("\(login)\0\(try digest(.apop, secret, challenge))\0\(challenge)\0".utf8)
    }

    /// The bytes of a challenge-response login with IndiMail's mechanism byte.
    static func indimail(
        _ login: String, _ secret: String = "pass", _ kind: Digest, byte: UInt8, to challenge: String = challenge()
    ) throws -> [UInt8] {
        Array("\(login)\0\(challenge)\0\(try digest(kind, secret, challenge))\0".utf8) + [byte, 0]
    }

    private static func digest(_ kind: Digest, _ secret: String, _ challenge: String) throws -> String {
        try Array(challenge.utf8).withUnsafeBytes {
            try kind.hexadecimal(challenge: $0, secret: Secret(secret), .asConfigured)
        }.text
    }

    /// Runs pam-checkpwd with these options, and the program after them. A wrong answer is not delayed, and every mechanism may be
    /// used, unless they say so.
    static func run(
        _ bytes: [UInt8], _ arguments: [String], environment: [String: String] = [:]
    ) -> Program.Outcome {
        let mechanisms = arguments.contains("-m") ? [] : everyMechanism
        return Program([Stage.pamCheckpwd, "--fail-delay", "0"] + mechanisms + arguments).run(descriptor3: bytes, environment: environment)
    }
}
