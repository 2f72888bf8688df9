import Foundation
import TestSupport
import Testing

extension OnStage {
    /// `Tests/Stage/private-etc` on a machine where the product is installed and in use. It is played by
    /// `Tests/Stage/used-host`.
    @Suite struct FreshHostTests {
        /// Runs a script on a stage that is set on such a machine.
        private func run(_ script: String) -> Program.Outcome {
            Program([
                Stage.repository("Tests/Stage/used-host"), Stage.repository("Tests/Stage/private-etc"), "/bin/sh", "-c", script,
                Stage.pamCheckpwd, Stage.checkpwdctl, Stage.repository("pam.d/pam-checkpwd"),
            ]).run()
        }

        @Test func `nothing of an installation is on the stage`() {
            let outcome = run(
                """
                ls -d /etc/pam-checkpwd /var/lib/pam-checkpwd /run/pam-checkpwd /etc/pam.d/pam-checkpwd /etc/pam.d/smtp \
                    /etc/pam.d/prompt /etc/nologin /etc/passwd.lock /var/spool/postfix/deferred/* 2>/dev/null
                command -v pam-checkpwd checkpwdctl smtp-auth
                getent passwd alice vmail smtp-auth
                getent group mailers checkers mailboxes
                grep -h alice /etc/passwd /etc/shadow /etc/group
                grep -v '^#' /etc/security/*.conf
                true
                """)
            #expect(outcome.output == "")
            #expect(outcome.errors == "")
            #expect(outcome.status == 0)
        }

        /// What `make demo`, `make test` and `make bench` begin with.
        @Test func `accounts, a store and a service are made on the stage, and a login succeeds`() {
            let outcome = run(
                """
                set -e
                useradd --create-home alice
                groupadd mailers
                echo alice:wonderland | chpasswd
                useradd --system --no-create-home smtp-auth
                install -m 0644 "$2" /etc/pam.d/smtp
                "$1" init
                printf secret | "$1" set --stdin alice
                printf 'alice\\0wonderland\\0\\0' | "$0" -s smtp -- /bin/sh -c 'id -nG; pwd; umask' 3<&0
                printf 'alice\\0wrong\\0\\0' | "$0" -s smtp -- /bin/true 3<&0 || echo "wrong: $?"
                test "$(id -u alice)" -ge 1000
                """)
            #expect(outcome.output == "alice\n/home/alice\n0022\nwrong: 1\n", "\(outcome.errors)")
            #expect(outcome.status == 0)
        }

        @Test func `the machine beneath the stage is as it was`() {
            let outcome = Program([
                Stage.repository("Tests/Stage/used-host"), "/bin/sh", "-c",
                """
                state() { find /etc /var /usr/local/sbin /run/pam-checkpwd -printf '%p %m %u %s %T@\\n' | sort; }
                before=$(state)
                "$0" /bin/sh -c 'useradd alice; rm -rf /etc/pam.d /var/lib/*'
                test "$before" = "$(state)"
                """, Stage.repository("Tests/Stage/private-etc"),
            ]).run()
            #expect(outcome.status == 0, "\(outcome.errors)")
        }

        /// Or the next account that a test makes would be the machine's.
        @Test func `every account and group that tests make is taken from the stage first`() throws {
            let text = try String(contentsOfFile: Stage.repository("Tests/Stage/fresh-host"), encoding: .utf8)
            let names = try #require(text.firstMatch(of: /accounts='([^']*)'\ngroups='([^']*)'/))
            let taken = Set((names.1 + " " + names.2).split(whereSeparator: \.isWhitespace).map(String.init))
            let sources = Program(["grep", "-rhE", "user(add|del)|groupadd", Stage.repository("Tests/EndToEnd"), Stage.repository("Tests/TestSupport"), Stage.repository("Tests/Stage")])
                .run().output
            var made: Set<String> = []
            for line in sources.split(separator: "\n") where line.contains("must(") {
                // The last word of a command is the name.
                if let name = line.firstMatch(of: /(?:useradd|groupadd)".*"([A-Za-z][A-Za-z-]*)"\)/)?.1 { made.insert(String(name)) }
            }
            #expect(made.count > 8)
            #expect(made.subtracting(taken) == [])
        }
    }
}
