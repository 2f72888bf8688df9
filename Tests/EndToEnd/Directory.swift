import Foundation
import TestSupport

/// A directory of accounts on the stage: the name service knows them from elsewhere than /etc/passwd, and pam_pwdfile knows
/// their passwords.
enum Directory {
    /// Modules that are not installed, or nil where `Tests/Stage/modules` did not unpack them.
    static let modules: String? = {
        let folder = Stage.repository(".build-modules")
        return FileManager.default.fileExists(atPath: folder) ? folder + "/" : nil
    }()

    /// Accounts whose password 'pass' only the directory has, and what pam_unix finds of each: a locked entry in /etc/shadow,
    /// '*' from the name service, and no shadow entry.
    static let accounts = ["dir-locked", "dir-remote", "dir-missing"]

    /// Makes them once.
    static let isSet: Void = {
        Stage.must("useradd", "--create-home", "dir-locked")
        Stage.must("usermod", "--password", "*", "dir-locked")
        Stage.must("mkdir", "-p", "/var/lib/extrausers")
        Stage.write("/var/lib/extrausers/passwd", "dir-remote:*:60001:100::/:/bin/sh\ndir-missing:x:60002:100::/:/bin/sh\n")
        Stage.write("/var/lib/extrausers/shadow", "")
        Stage.must("/bin/sh", "-c", "sed -i -E 's/^(passwd|shadow):.*/\\1: files extrausers/' /etc/nsswitch.conf")
        let hash = Program(["openssl", "passwd", "-6", "pass"]).run().output.split(separator: "\n")[0]
        Stage.write("/etc/directory", accounts.map { "\($0):\(hash)\n" }.joined())
    }()

    /// pam_sss.so as it would answer if this directory were SSSD's.
    static var password: String { modules! + "pam_pwdfile.so nodelay pwdfile=/etc/directory" }

    /// The same module, as it really is where no SSSD runs.
    static var down: String { modules! + "pam_sss.so" }
}
