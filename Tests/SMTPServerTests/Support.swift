import CheckpwdCore
import Foundation
import SASL
import SMTP
@testable import SMTPServer
import TestSupport

struct NoAttempt: Error {}

/// The attempt that an exchange ends with after an answer.
func attempt(_ exchange: Exchange, _ answer: String) throws -> AuthenticationAttempt {
    switch exchange.answer(Secret(answer)) {
    case .attempt(let attempt): return attempt
    default: throw NoAttempt()
    }
}

func plainAttempt(_ login: String = "alice", _ password: String = "pass") throws -> AuthenticationAttempt {
    try attempt(.plain, "\0\(login)\0\(password)")
}

let hostname = Hostname(Array("mail.example.com".utf8))!

/// A client of whom nothing is known.
let nobody = Client(remote: Client.End(address: [], port: nil), local: Client.End(address: [], port: nil))

/// The challenge of IndiMail's tutorial.
let tutorialChallenge = Array("<20137.1267585100@indimail.org>".utf8)

/// A directory that is gone with its owner.
final class Scratch: Sendable {
    let path = NSTemporaryDirectory() + "smtp-auth-" + UUID().uuidString

    init() throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Saves a shell script and returns the command that runs it. It is read, not executed: while another test starts a
    /// child, that child may for a moment have the file open for writing, and execve(2) would fail with ETXTBSY.
    func script(_ lines: String) throws -> String {
        let file = path + "/script-" + UUID().uuidString
        try Data("\(lines)\n".utf8).write(to: URL(fileURLWithPath: file))
        return "/bin/sh " + file
    }

    /// What a script wrote to a file of this name, byte for byte.
    func contents(_ name: String) throws -> String {
        text(try Data(contentsOf: URL(fileURLWithPath: path + "/" + name)))
    }
}
