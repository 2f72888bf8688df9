import ChallengeResponse
import Credentials
import TestSupport

/// One login handed to pam-checkpwd, as a mail server does it.
enum Login {
    static let challenge = "<1896.697170952@postoffice.reston.mci.net>"

    /// The bytes of a password login.
    static func plain(_ login: String, _ password: String = "pass") -> [UInt8] {
        Array("\(login)\0\(password)\0\0".utf8)
    }

    /// The bytes of a CRAM-MD5 login, in netqmail's order.
    static func cramMD5(_ login: String, _ secret: String = "pass") throws -> [UInt8] {
        Array("\(login)\0\(challenge)\0\(try digest(.cramMD5, secret))\0".utf8)
    }

    /// The bytes of an APOP login.
    static func apop(_ login: String, _ secret: String = "pass") throws -> [UInt8] {
        Array("\(login)\0\(try digest(.apop, secret))\0\(challenge)\0".utf8)
    }

    private static func digest(_ kind: Digest, _ secret: String) throws -> String {
        try Array(challenge.utf8).withUnsafeBytes {
            try kind.hexadecimal(challenge: $0, secret: Secret(secret))
        }.text
    }

    /// Runs pam-checkpwd with these options, and the program after them.
    static func run(
        _ bytes: [UInt8], _ arguments: [String], environment: [String: String] = [:]
    ) -> Program.Outcome {
        Program([Stage.pamCheckpwd] + arguments).run(descriptor3: bytes, environment: environment)
    }
}
