import Foundation
import TestSupport
import Testing

/// What smtp-auth is told before it begins, and what it says where that cannot be.
@Suite struct SMTPAuthOptionsTests {
    private let folder = Folder()

    @Test(arguments: [
        (["--listen", "localhost:25"], "'localhost:25' is invalid for '--listen <address:port>'"),
        (["--listen", "127.0.0.1"], "'127.0.0.1' is invalid for '--listen <address:port>'"),
        (["--proxy-protocol", "proxy.example"], "'proxy.example' is invalid for '--proxy-protocol <address/prefix>'"),
        (["--proxy-protocol", "192.0.2.1/24"], "'192.0.2.1/24' is invalid"),
        (["--hostname", "mail example"], "'mail example' is invalid for '--hostname <name>'"),
        (["--auth-command", " "], "--auth-command names no program."),
        (["--auth-timeout", "0"], "'0' is invalid for '--auth-timeout <seconds>'"),
        (["--auth-timeout", "-1"], "Missing value for '--auth-timeout <seconds>'"),
        (["--auth-timeout", "86401"], "'86401' is invalid"),
        (["--max-connections", "many"], "'many' is invalid for '--max-connections <number>'"),
        (["--max-auth", "1e3"], "'1e3' is invalid"),
        (["--mechanisms", "PLAIN,XOAUTH2"], "'PLAIN,XOAUTH2' is invalid for '--mechanisms <names>'"),
        (["--mechanisms", "PLAIN,PLAIN"], "'PLAIN,PLAIN' is invalid"),
        (["--mechanisms", ""], "'' is invalid"),
        (["--mechanisms", "PLAIN,LOGIN"], "--mechanisms leaves none to offer: PLAIN and LOGIN need --tls-cert"),
        (
            ["--auth-resident", "--auth-command", "/usr/sbin/pam-checkpwd -s smtp -e"],
            "--auth-resident needs --resident among pam-checkpwd's options in --auth-command"
        ),
        (
            ["--auth-resident", "--auth-command", "pam-checkpwd -s smtp -e -- /bin/true --resident"],
            "--auth-resident needs --resident among pam-checkpwd's options in --auth-command"
        ),
        (["--auth-command", "pam-checkpwd --resident -s smtp"], "--resident in --auth-command needs --auth-resident"),
        (["--lower-case-logins", "none"], "'none' is invalid for '--lower-case-logins <part>'"),
        (["--greeting-delay", "60001"], "'60001' is invalid for '--greeting-delay <milliseconds>'"),
        (["--max-errors", "0"], "'0' is invalid for '--max-errors <number>'"),
        (["--max-malformed", "0"], "'0' is invalid for '--max-malformed <number>'"),
        (["--field-order", "qmail"], "'qmail' is invalid for '--field-order <order>'"),
        (["--tls-cert", "/x"], "--tls-cert and --tls-key belong together; give both or neither."),
        (["--tls-key", "/x"], "--tls-cert and --tls-key belong together; give both or neither."),
        (
            ["--tls-cert", "/x", "--tls-key", "/x", "--tls-cert", "/y"],
            "--tls-cert and --tls-key belong together; give as many of one as of the other."
        ),
        (["--tls-wrap"], "--tls-wrap needs --tls-cert and --tls-key."),
        (["--relay", "127.0.0.1:25", "--", "/bin/cat"], "--relay and a program after -- contradict each other"),
        (["--relay", "127.0.0.1"], "'127.0.0.1' is invalid for '--relay <server>'"),
        (["--relay", "unix:"], "'unix:' is invalid for '--relay <server>'"),
        (["--xclient"], "--xclient needs --relay."),
        (["--xclient", "--", "/bin/cat"], "--xclient needs --relay."),
        (["--offer", "SIZE"], "--offer needs --relay, or a program after --."),
        (["--no-require-auth"], "--no-require-auth needs --relay, or a program after --."),
        (["--check-sender"], "--check-sender needs --relay, or a program after --."),
        (["--sender-map", "/x", "--", "/bin/cat"], "--sender-map needs --check-sender."),
        (["--chroot", "relative"], "--chroot needs an absolute path."),
        (["--chroot", "/", "--relay", "localhost:25"], "--relay with --chroot needs a numeric address"),
        (["prog"], "Unexpected argument 'prog'"),
    ])
    func `what cannot be is refused before anything is done, on one line`(options: [String], words: String) {
        let outcome = Program([Stage.smtpAuth] + options).run()
        #expect(outcome.status == 64)
        #expect(outcome.output == "")
        let error = outcome.errors.split(separator: "\n").filter { $0.hasPrefix("Error: ") }
        #expect(error.count == 1)
        #expect(error.first?.contains(words) == true, "\(outcome.errors)")
    }

    @Test(.enabled(if: getuid() == 0, "needs root"), arguments: [
        (["--listen", "127.0.0.1:0", "--tls-cert", "/nonexistent/c", "--tls-key", "/nonexistent/k"], "cannot read: /nonexistent/c: No such file or directory", Int32(111)),
        (["--listen", "192.0.2.1:25"], "cannot listen: 192.0.2.1:25: Cannot assign requested address; ", 111),
        (["--listen", "127.0.0.1:0", "--user", "no-such-user"], "no such user: no-such-user; ", 64),
        (["--listen", "127.0.0.1:0", "--user", "root"], "user is root: root; ", 64),
        (["--listen", "127.0.0.1:0", "--chroot", "/nonexistent"], "cannot change root: /nonexistent: No such file or directory", 111),
        (["--metrics", "127.0.0.1:0"], "--metrics without --listen; ", 64),
        (["--proxy-protocol", "127.0.0.1"], "--proxy-protocol without --listen; ", 64),
    ])
    func `what turns out not to work is told on one line`(options: [String], words: String, status: Int32) {
        let outcome = Program([Stage.smtpAuth, "--hostname", "mail.example.com"] + options).run()
        #expect(outcome.status == status)
        #expect(outcome.errors.hasPrefix("smtp-auth: \(words)"), "\(outcome.errors)")
        #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
    }

    @Test(arguments: ["</etc/passwd", ">/dev/null", "</dev/null"])
    func `where there is no client on standard input and output, that is said`(redirection: String) {
        let outcome = Program([
            "/bin/sh", "-c", "echo | \"$0\" --hostname mail.example.com \(redirection)", Stage.smtpAuth,
        ]).run()
        #expect(outcome.errors.hasPrefix("smtp-auth: no session possible: standard "), "\(outcome.errors)")
    }

    @Test func `a certificate that is none, or whose key is another's, is refused at the start`() {
        let certificate = TestCertificate(in: folder, name: "one.example.com")
        let other = TestCertificate(in: Folder(), name: "two.example.com")
        let broken = folder.write("broken", "no PEM".utf8)
        for (chain, key) in [(broken, certificate.key), (certificate.chain, broken), (certificate.chain, other.key)] {
            let outcome = Program([
                Stage.smtpAuth, "--hostname", "mail.example.com", "--listen", "127.0.0.1:0", "--tls-cert", chain, "--tls-key", key,
            ]).run()
            #expect([64, 111].contains(outcome.status))
            #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
        }
    }

    @Test(arguments: ["bash", "zsh", "fish"])
    func `completions are made for each shell`(shell: String) {
        for program in [Stage.smtpAuth, Stage.checkpwdctl] {
            let outcome = Program([program, "--generate-completion-script", shell]).run()
            #expect(outcome.status == 0)
            #expect(outcome.output.contains(program == Stage.smtpAuth ? "listen" : "respond"))
            #expect(!outcome.output.contains("network-process"))
        }
    }
}
