import Foundation

/// The private /etc, /var, /home and /run that `Tests/Stage/private-etc` gives to the command it runs, and what tests put
/// there. All of it is gone with the stage.
public enum Stage {
    /// Whether we stand on it: only there may a test touch /etc.
    public static let isSet = ProcessInfo.processInfo.environment["PAM_CHECKPWD_STAGE"] != nil

    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

    /// A file of the repository.
    public static func repository(_ path: String) -> String { root + "/" + path }

    /// Whether this is `make test-asan`: then all programs are those built with AddressSanitizer, like the tests.
    public static let isSanitized = dlsym(nil, "__asan_init") != nil

    /// Where the tests are built: the programs beside them are built the same way.
    private static let build = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent().path + "/"

    /// The release build of pam-checkpwd, Embedded Swift.
    public static let pamCheckpwd =
        isSanitized ? build + "pam-checkpwd" : repository(".build-embedded/release/pam-checkpwd")
    public static let checkpwdctl = programs + "checkpwdctl"
    public static let smtpAuth = programs + "smtp-auth"

    /// Beside the tests, or where `make test-release` has those that are installed.
    private static let programs = ProcessInfo.processInfo.environment["PAM_CHECKPWD_PROGRAMS"].map { $0 + "/" } ?? build

    /// A program that only tests have.
    public static func program(_ name: String) -> String { build + name }

    /// Writes a PAM service. Kinds that `lines` leave out permit everything.
    ///
    /// - Returns: its name.
    @discardableResult
    public static func service(_ name: String, _ lines: String...) -> String {
        service(name, lines: lines)
    }

    @discardableResult
    public static func service(_ name: String, lines: [String]) -> String {
        var lines = lines
        for kind in ["auth", "account", "session"] where !lines.contains(where: { $0.hasPrefix(kind) }) {
            lines.append("\(kind) required pam_permit.so")
        }
        write("/etc/pam.d/\(name)", lines.joined(separator: "\n") + "\n")
        return name
    }

    public static func write(_ path: String, _ contents: String) {
        precondition(isSet)
        precondition(FileManager.default.createFile(atPath: path, contents: Data(contents.utf8)), path)
    }

    /// Runs a command that must succeed.
    public static func must(_ command: String..., input: String = "") {
        precondition(isSet)
        let outcome = Program(command).run(input: Array(input.utf8))
        precondition(outcome.status == 0, "\(command): \(outcome.errors)")
    }

    /// The accounts that the tests log in to, the side store with their secrets, and the service file as it is
    /// installed. Made once, by whoever asks first.
    ///
    /// Every password, and every secret, is 'pass'.
    public static let accounts: Void = {
        Syslog.isThere
        must("groupadd", "mailers")
        must("groupadd", "editors")
        for name in ["alice", "expired", "mustchange", "homeless"] {
            must("useradd", "--create-home", name)
        }
        must("useradd", "--system", "daemon-like")
        must("usermod", "--append", "--groups", "editors", "alice")
        must("rm", "-r", "/home/homeless")
        must("usermod", "--expiredate", "1", "expired")
        let names = ["alice", "expired", "mustchange", "homeless", "daemon-like", "root", "nobody"]
        must("chpasswd", input: names.map { "\($0):pass\n" }.joined())
        must("chage", "--lastday", "0", "mustchange")
        must("cp", repository("pam.d/pam-checkpwd"), "/etc/pam.d/pam-checkpwd")
        // PAM adds the group 'mailers' to alice, and only PAM knows it.
        write("/etc/security/group.conf", "*;*;alice;Al0000-2400;mailers\n")
        must(checkpwdctl, "init")
        // The tutorial's login is no system account.
        for name in names + ["postmaster@example.com"] { must(checkpwdctl, "set", "--stdin", name, input: "pass\n") }
    }()
}
