import Foundation
import TestSupport

/// Debian's Exim, unpacked and not installed, configured in the stage's own /etc. It is started once a session, by
/// `docs/submission/exim/exim-submission`, and delivers to the Maildirs of system accounts.
final class Exim: Sendable {
    private let folder = Folder()
    /// The documented program, of which only the path of Exim is changed.
    let program: String

    init() {
        chmod(folder.path, 0o755)
        program = folder("exim-submission")
        let outcome = Program([Stage.repository("Tests/Stage/set-up-exim"), program]).run()
        precondition(outcome.status == 0, outcome.errors)
    }

    /// What it logged.
    var log: String { (try? String(contentsOfFile: "/var/log/exim4/mainlog", encoding: .utf8)) ?? "" }
}
