import Foundation
import TestSupport

/// Accounts that only the side store knows, and the system account that they run as.
enum VirtualAccounts {
    /// No system account; its secret is 'pass'.
    static let login = "webmaster@example.com"
    /// Whom they run as; a member of the group 'mailboxes', too.
    static let user = "vmail"
    static let options = ["-p", "pam,store", "--virtual-user", user]

    static let made: Void = {
        Stage.must("groupadd", "mailboxes")
        Stage.must("useradd", "--create-home", "--home-dir", "/var/vmail", "--groups", "mailboxes", user)
        Stage.must(Stage.checkpwdctl, "set", "--stdin", login, input: "pass\n")
    }()
}
