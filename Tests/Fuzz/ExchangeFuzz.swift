import Checkpassword
import CheckpwdCore
import SASL
@testable import SMTPServer

/// What a client answers becomes an attempt that says just what the client sent, and on descriptor 3 nothing else.
enum ExchangeFuzz {
    private static let challenge = Array("<1896.697170952@postoffice.reston.mci.net>".utf8)

    static func check(_ bytes: [UInt8]) throws {
        guard let choice = bytes.first else { return }
        let answer = Array(bytes.dropFirst())
        let exchanges: [Exchange] = [
            .plain, .loginName, .loginPassword(LoginName(Array("alice".utf8))), .cramMD5(challenge: challenge),
        ]
        let exchange = exchanges[Int(choice) % exchanges.count]
        switch exchange.answer(Secret(copying: answer)) {
        case .challenge(_, let next):
            try require(exchange == .loginName, "another question from \(exchange)")
            try require(next == .loginPassword(LoginName(answer)), "another login than was sent")
            try require(!LoginName(answer).hasControlByte, "a control byte in a login")
        case .attempt(let attempt): try check(attempt, answer)
        case .refused(let login): try require(exchange == .plain && !login.hasControlByte, "refused by \(exchange)")
        case .malformed: break
        }
    }

    private static func check(_ attempt: AuthenticationAttempt, _ answer: [UInt8]) throws {
        let login = attempt.login.bytes
        let response = attempt.response.withUnsafeBytes { Array($0) }
        try require(!attempt.login.hasControlByte, "a control byte in a login")
        try require(!response.contains(0), "a NUL byte in a proof")
        switch attempt.mechanism {
        case .login: try require(login == Array("alice".utf8) && response == answer, "LOGIN claims something else")
        case .plain:
            let message = [0] + login + [0] + response
            try require(answer == message || answer == login + message, "PLAIN claims something else")
        case .cramMD5:
            try require(answer == login + [UInt8(ascii: " ")] + response, "CRAM-MD5 claims something else")
        }
        try checkHandedOver(attempt, login, response)
    }

    /// What a checkpassword program reads is the same attempt, whatever bytes it is made of.
    private static func checkHandedOver(_ attempt: AuthenticationAttempt, _ login: [UInt8], _ response: [UInt8]) throws {
        guard let bytes = CredentialBytes.of(attempt) else { return }
        let request = try Request(bytes)
        try require(request.login.bytes == login, "another login is handed over")
        switch request.credential {
        case .password(let place) where attempt.challenge == nil:
            try require(request.withBytes(at: place) { $0.elementsEqual(response) }, "another password is handed over")
        case .digest(let digest, let challenge, _) where attempt.challenge != nil:
            try require(request.withBytes(at: digest) { $0.elementsEqual(response) }, "another digest is handed over")
            let same = request.withBytes(at: challenge) { $0.elementsEqual(Self.challenge) }
            try require(same, "another challenge is handed over")
        default: throw Violation(description: "\(attempt.mechanism) is handed over as something else")
        }
    }
}
