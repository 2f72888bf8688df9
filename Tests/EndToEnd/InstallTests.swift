import Foundation
import TestSupport
import Testing

/// `make install` of what is built already, into a folder.
@Suite struct InstallTests {
    private let folder = Folder()

    /// With a umask that nothing may depend on.
    private func install(_ variables: String...) -> Program.Outcome {
        let built = ["PAM_CHECKPWD=\(Stage.pamCheckpwd)", "CHECKPWDCTL=\(Stage.checkpwdctl)", "SMTP_AUTH=\(Stage.smtpAuth)"]
        let command = ["make", "-C", Stage.repository(""), "-o", "release", "install", "DESTDIR=\(folder.path)"] + built + variables
        return Program(["/bin/sh", "-c", #"umask 077; exec "$@""#, "sh"] + command).run()
    }

    /// `mode path` of every file.
    private var files: Set<String> {
        let all = Program(["find", folder.path, "-type", "f", "-printf", "%m %P\\n"]).run().output
        return Set(all.split(separator: "\n").map(String.init))
    }

    private func text(_ path: String) -> String { (try? String(contentsOfFile: folder(path), encoding: .utf8)) ?? "" }

    @Test func `programs, manuals, completions and the service file are installed, for everybody to use`() {
        let outcome = install()
        #expect(outcome.status == 0, "\(outcome.output)\(outcome.errors)")
        #expect(!outcome.output.contains("swift build"))
        let share = "usr/local/share"
        #expect(
            files == [
                "755 usr/local/sbin/pam-checkpwd", "755 usr/local/sbin/checkpwdctl", "755 usr/local/sbin/smtp-auth",
                "644 \(share)/man/man8/pam-checkpwd.8", "644 \(share)/man/man8/checkpwdctl.8", "644 \(share)/man/man8/smtp-auth.8",
                "644 \(share)/bash-completion/completions/checkpwdctl", "644 \(share)/bash-completion/completions/smtp-auth",
                "644 \(share)/zsh/site-functions/_checkpwdctl", "644 \(share)/zsh/site-functions/_smtp-auth",
                "644 \(share)/fish/vendor_completions.d/checkpwdctl.fish", "644 \(share)/fish/vendor_completions.d/smtp-auth.fish",
                "644 etc/pam.d/pam-checkpwd",
            ])
        let closed = Program(["find", folder.path, "-mindepth", "1", "-type", "d", "!", "-perm", "755"]).run().output
        #expect(closed == "")
        #expect(Program([folder("usr/local/sbin/checkpwdctl"), "--version"]).run().output.hasPrefix("checkpwdctl "))
        for program in ["checkpwdctl", "smtp-auth"] {
            #expect(text("\(share)/bash-completion/completions/\(program)").hasSuffix(" \(program)\n"))
            #expect(text("\(share)/zsh/site-functions/_\(program)").hasPrefix("#compdef \(program)\n"))
            #expect(text("\(share)/fish/vendor_completions.d/\(program).fish").contains("complete -c '\(program)'"))
        }
        #expect(Program(["/bin/bash", "-n", folder("\(share)/bash-completion/completions/checkpwdctl")]).run().status == 0)
    }

    @Test func `a service file that is there stays as it is`() {
        try! FileManager.default.createDirectory(atPath: folder("etc/pam.d"), withIntermediateDirectories: true)
        folder.write("etc/pam.d/pam-checkpwd", "# mine\n".utf8)
        let outcome = install("PREFIX=/opt/mail")
        #expect(outcome.status == 0 && outcome.output.contains("etc/pam.d/pam-checkpwd is there already, and is left as it is.\n"))
        #expect(text("etc/pam.d/pam-checkpwd") == "# mine\n")
        #expect(files.contains("755 opt/mail/sbin/smtp-auth"))
    }

    @Test(.enabled(if: geteuid() == 0, "only root gives files away")) func `pam-checkpwd is setuid for a group where one is named`() {
        #expect(install("SETUID_GROUP=mail").status == 0)
        let program = Program(["stat", "-c", "%a %U:%G", folder("usr/local/sbin/pam-checkpwd")]).run().output
        #expect(program == "4750 root:mail\n")
        #expect(files.contains("755 usr/local/sbin/checkpwdctl"))
    }
}
