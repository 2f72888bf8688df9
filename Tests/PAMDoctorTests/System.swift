import Foundation
import PAM
@testable import PAMDoctor
import TestSupport

/// A small system in a folder: service files, and the modules that are installed.
struct System {
    let folder = Folder()

    /// Modules that are there unless a test says otherwise.
    static let usual = [
        "unix", "deny", "permit", "succeed_if", "group", "faillock", "access", "nologin", "env", "cap", "rootok", "localuser", "sss",
        "exec", "limits", "listfile", "usertype", "securetty", "google_authenticator", "systemd",
    ]

    init(_ files: [String: String], modules: [String] = usual) {
        let manager = FileManager.default
        for path in ["etc/pam.d", "usr/lib/pam.d", "lib/x86_64-linux-gnu/security"] {
            try! manager.createDirectory(atPath: folder(path), withIntermediateDirectories: true)
            chmod(folder(path), 0o755)
        }
        for (name, text) in files { write(name.contains("/") ? name : "etc/pam.d/" + name, text) }
        for name in modules { folder.write("lib/x86_64-linux-gnu/security/pam_\(name).so", [], mode: 0o644) }
    }

    func write(_ path: String, _ text: String, mode: mode_t = 0o644) {
        folder.write(path, Array(text.utf8), mode: mode)
    }

    var tree: FileTree { FileTree(root: folder.path) }

    func examination(_ service: String = "svc") -> Examination {
        Examination(of: try! Service(Array(service.utf8)), in: tree)
    }

    /// `severity file:line what` of each finding, without the folders' names.
    func findings(_ service: String = "svc") -> [String] {
        examination(service).findings().map { "\($0.severity) \($0.place.text.replacing("/etc/pam.d/", with: "")) \($0.what)" }
    }

    /// The account and session lines of a service that has nothing else wrong.
    static let rest = """
        account required pam_succeed_if.so uid >= 1000 quiet
        account required pam_unix.so
        session required pam_permit.so
        """

    /// A service whose auth lines are these.
    static func service(_ auth: String) -> String { auth + "\n" + rest + "\n" }

    /// What keeps root out.
    static let noRoot = "auth required pam_succeed_if.so uid >= 1000 quiet"
}
