import Foundation
import TestSupport

/// A file of `docs/submission`, with the paths and ports of a test in the place of an installation's.
struct Documented {
    private(set) var text: String

    /// - Throws: where there is no such file.
    init(_ file: String, _ certificate: Certificate) throws {
        text = try String(contentsOfFile: Stage.repository("docs/submission/\(file)"), encoding: .utf8)
        let installed = [
            ("/usr/local/sbin/smtp-auth", Stage.smtpAuth),
            ("/usr/local/sbin/pam-checkpwd", Stage.pamCheckpwd),
            ("/usr/local/lib/smtp-auth/sendmail-as-login", Stage.repository("docs/submission/sendmail/sendmail-as-login")),
            ("/etc/ssl/smtp-auth/certificate.pem", certificate.certificate),
            ("/etc/ssl/smtp-auth/key.pem", certificate.key),
        ]
        for (place, here) in installed { text.replace(place, with: here) }
    }

    /// Puts one thing in the place of another, which must be there.
    mutating func replace(_ what: String, with other: String) {
        precondition(text.contains(what), "no '\(what)'")
        text = text.replacing(what, with: other)
    }

    /// What a unit says of a setting, the last time; lines that go on are one.
    func setting(_ name: String) -> String? {
        text.replacing("\\\n", with: "").split(separator: "\n").last { $0.hasPrefix("\(name)=") }
            .map { String($0.dropFirst(name.count + 1)) }
    }
}
