import Foundation
import TestSupport

/// The service file that we install, under another name and with another module in pam_unix's place.
enum InstalledService {
    /// One that does not wait after a wrong password.
    static let prompt: String = {
        write("prompt")
        return "prompt"
    }()

    /// - Parameter file: which of those that we install.
    static func write(_ name: String, _ module: String = "pam_unix.so nodelay", file: String = "pam-checkpwd") {
        let installed = try? String(contentsOfFile: Stage.repository("pam.d/\(file)"), encoding: .utf8)
        let lines = (installed ?? "").split(separator: "\n").map {
            $0.hasPrefix("auth") ? String($0).replacing("pam_unix.so", with: module) : String($0)
        }
        Stage.write("/etc/pam.d/\(name)", lines.joined(separator: "\n") + "\n")
    }
}
