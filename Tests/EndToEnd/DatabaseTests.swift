import Foundation
import TestSupport
import Testing

extension OnStage {
    /// pam-checkpwd and checkpwdctl with a store in a real PostgreSQL server.
    @Suite(.enabled(if: DatabaseServer.isInstalled, "needs PostgreSQL")) struct DatabaseTests {
        private let server = DatabaseServer.shared

        init() {
            Stage.accounts
            Stage.service("permit")
        }

        /// A store in which alice's secret is 'secret of alice'.
        private func sample() throws -> SampleDatabase { try SampleDatabase("alice") }

        private func login(
            _ bytes: [UInt8], _ store: [String], _ options: [String] = [], environment: [String: String] = [:]
        ) -> Program.Outcome {
            Login.run(
                bytes, ["-s", "permit", "-e"] + store + options + ["--", "/bin/echo", "run"], environment: environment)
        }

        private func right(to challenge: String = Login.challenge()) throws -> [UInt8] {
            try Login.cramMD5("alice", "secret of alice", to: challenge)
        }

        /// One line on standard error, and no program run.
        private func expectTemporary(_ outcome: Program.Outcome, _ beginning: String, _ ending: String = "\n") {
            #expect(outcome.status == 111)
            #expect(outcome.output == "")
            #expect(outcome.errors.hasPrefix("pam-checkpwd: " + beginning), "\(outcome.errors)")
            #expect(outcome.errors.hasSuffix(ending), "\(outcome.errors)")
            #expect(outcome.errors.split(separator: "\n").count == 1)
        }

        // MARK: A login

        @Test func `the right answer is accepted, once; a wrong one and an unknown login are not`() throws {
            let sample = try sample()
            let answer = try right()
            #expect(login(answer, sample.options).output == "run\n")
            let again = login(answer, sample.options)
            #expect(again.status == 1 && again.output == "" && again.errors == "")
            for bytes in [try Login.cramMD5("alice", "wrong"), try Login.cramMD5("nosuchuser", "secret of alice")] {
                let outcome = login(bytes, sample.options)
                #expect(outcome.status == 1 && outcome.output == "" && outcome.errors == "")
            }
            #expect(login(Login.plain("alice", "secret of alice"), sample.options, ["-p", "store"]).output == "run\n")
            #expect(login(Login.plain("alice", "wrong"), sample.options, ["-p", "store"]).status == 1)
        }

        @Test func `a hundred processes that offer the same answer at once: one is accepted`() throws {
            let sample = try sample()
            // Entries to be swept, meanwhile.
            sample.run("INSERT INTO pam_checkpwd.replay SELECT int4send(n), 1, 1, 'x' FROM generate_series(1, 1000) n")
            let file = sample.folder.write("login", try right())
            let script = #"""
                file=$1; shift
                for number in $(seq 100); do
                    { "$0" -s permit -e "$@" -- /bin/true 3<"$file"; echo $?; } &
                done
                wait
                """#
            let outcome = Program(["/bin/sh", "-c", script, Stage.pamCheckpwd, file] + Login.everyMechanism + sample.options).run()
            #expect(outcome.errors == "")
            let statuses = outcome.output.split(separator: "\n")
            #expect(statuses.filter { $0 == "0" }.count == 1)
            #expect(statuses.filter { $0 == "1" }.count == 99)
        }

        @Test func `with a folder named, the answers are remembered there`() throws {
            let sample = try sample()
            let answer = try right()
            #expect(login(answer, sample.options, ["--replay-cache", sample.folder("cache")]).status == 0)
            #expect(sample.run("SELECT count(*) FROM pam_checkpwd.replay") == "0")
            #expect(login(answer, sample.options, ["--replay-cache", sample.folder("cache")]).status == 1)
        }

        @Test(.disabled(if: Stage.isSanitized, "the sanitizer's build opens more"))
        func `libpq is loaded by a login that asks the database, and by no other`() throws {
            let sample = try sample()
            func opened(_ bytes: [UInt8], _ options: [String]) -> String {
                let outcome = Program(
                    ["strace", "-f", "-e", "trace=openat", "-o", "/dev/stderr", Stage.pamCheckpwd, "-s", "permit", "-e"]
                        + Login.everyMechanism + options + ["/bin/true"]
                ).run(descriptor3: bytes)
                #expect(outcome.status == 0, "\(outcome.errors)")
                return outcome.errors
            }
            #expect(opened(try right(), sample.options).contains("libpq.so.5"))
            #expect(!opened(try right(), sample.options).contains("liblmdb"))
            #expect(!opened(Login.plain("alice"), sample.options).contains("libpq"))
            #expect(!opened(try Login.cramMD5("alice"), []).contains("libpq"))
        }

        @Test func `the program finds nothing of it in its environment`() throws {
            let sample = try sample()
            let outcome = Login.run(try right(), ["-s", "permit", "-e"] + sample.options + ["/usr/bin/env"])
            #expect(!outcome.output.contains("PGSSLMODE"))
        }

        // MARK: What is broken is no wrong password

        @Test func `a server that is down`() throws {
            let sample = try sample()
            let store = ["--store", "postgresql:///mail?host=\(sample.folder.path)", "--store-key", sample.keyPath]
            expectTemporary(login(try right(), store), "store cannot be reached: postgresql:///mail: connection to server on socket ")
        }

        @Test func `a server that accepts and says nothing`() throws {
            let sample = try sample()
            let silent = SilentServer(in: sample.folder.path, port: 5432)
            let store = ["-S", "postgresql:///mail?host=\(sample.folder.path)&connect_timeout=1", "-K", sample.keyPath]
            expectTemporary(
                login(try right(), store), "database does not answer: postgresql:///mail; it, or the way to it, is stuck")
            _ = silent
        }

        @Test func `a table that is locked`() throws {
            let sample = try sample()
            let store = ["-S", sample.address + "&connect_timeout=1", "-K", sample.keyPath]
            // It holds the lock until the database is dropped.
            let script = #"""
                "$0" -X -q -d "$1" -c 'BEGIN; LOCK TABLE pam_checkpwd.secrets; SELECT pg_sleep(60)' >/dev/null 2>&1 &
                """#
            _ = Program(["/bin/sh", "-c", script, server.psql, sample.address]).run()
            let locks = "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted AND database = "
            while sample.run("\(locks)(SELECT oid FROM pg_database WHERE datname = '\(sample.name)')") == "0" { usleep(20_000) }
            expectTemporary(login(try right(), store), "database does not answer: ")
        }

        @Test(arguments: [
            ("DROP TABLE pam_checkpwd.secrets", "store cannot be read: ",
                "checkpwdctl store init creates schema and tables\n"),
            ("DROP TABLE pam_checkpwd.replay", "replay cache cannot be written: ",
                "checkpwdctl store init creates schema and tables\n"),
            ("DROP SCHEMA pam_checkpwd CASCADE", "store cannot be read: ",
                "checkpwdctl store init creates schema and tables\n"),
            ("ALTER DATABASE SELF SET default_transaction_read_only = on", "replay cache cannot be written: ",
                "this is a read-only replica; name the primary, or add target_session_attrs=read-write\n"),
            ("UPDATE pam_checkpwd.secrets SET record = substr(record, 1, 40)", "record damaged: alice; ", "\n"),
            ("ALTER TABLE pam_checkpwd.secrets ALTER record TYPE text USING 'x'", "record damaged: alice; ", "\n"),
        ])
        func `a database that is not as it should be`(damage: String, beginning: String, ending: String) throws {
            let sample = try sample()
            sample.run(damage.replacingOccurrences(of: "SELF", with: sample.name))
            expectTemporary(login(try right(), sample.options), beginning, ending)
        }

        @Test func `an address that gives a password away, and an environment that does`() throws {
            let sample = try sample()
            let outcome = login(try right(), ["-S", "postgresql://mail:s3cr3t@db.example.com/mail", "-K", sample.keyPath])
            #expect(outcome.status == 2 && outcome.output == "")
            #expect(outcome.errors.hasPrefix("pam-checkpwd: password in store address: postgresql://db.example.com/mail; "))
            let other = login(try right(), sample.options, environment: ["PGPASSWORD": "s3cr3t"])
            #expect(other.status == 2 && other.output == "")
            #expect(other.errors.hasPrefix("pam-checkpwd: password in environment: PGPASSWORD; "))
            #expect(!(outcome.errors + other.errors).contains("s3cr3t"))
        }

        // MARK: checkpwdctl

        /// pam-checkpwd takes no store from its caller then; no other program of ours is meant to be setuid.
        @Test func `a program that runs with rights that its caller lacks does not load libpq`() {
            let program = "/var/lib/checkpwdctl-setuid"
            Stage.must("cp", Stage.checkpwdctl, program)
            defer { unlink(program) }
            Stage.must("chmod", "4755", program)
            let outcome = Program(["setpriv", "--reuid=nobody", "--clear-groups", program, "list", "-S", "postgresql:///mail"]).run()
            #expect(outcome.status == 2)
            #expect(outcome.errors == "checkpwdctl: database refused to you; setuid programs use a store in a file\n")
        }

        private func control(_ arguments: String..., on sample: SampleDatabase, input: String = "") -> Program.Outcome {
            Program([Stage.checkpwdctl] + arguments + sample.options).run(input: Array(input.utf8))
        }

        @Test func `checkpwdctl keeps such a store as it keeps a file`() throws {
            let sample = SampleDatabase(empty: ())
            let made = control("store", "init", on: sample)
            #expect(made.status == 0 && made.output.contains("GRANT SELECT ON pam_checkpwd.secrets TO mail;"), "\(made.errors)")
            #expect(control("secret", "set", "--stdin", "alice", on: sample, input: "secret of alice\n").status == 0)
            #expect(control("secret", "set", "--stdin", "bob", on: sample, input: "two\n").status == 0)
            #expect(control("secret", "list", "--names", on: sample).output == "alice\nbob\n")
            #expect(control("secret", "show", "--reveal", "alice", on: sample).output == "secret of alice\n")
            #expect(control("secret", "verify", "--stdin", "bob", on: sample, input: "wrong").status == 1)
            #expect(control("secret", "rename", "bob", "carol", on: sample).status == 0)
            #expect(control("secret", "delete", "carol", on: sample).status == 0)
            #expect(control("secret", "delete", "carol", on: sample).status == 1)
            #expect(control("list", on: sample).output.hasSuffix("\t-\n"))
            #expect(login(try right(), sample.options).status == 0)
            #expect(control("list", on: sample).output.hasSuffix("Z\n"))
            #expect(control("store", "check", on: sample).output == "1 records read, 0 problems\n")
            #expect(control("store", "stat", on: sample).output.hasPrefix("records\t1\nfile bytes\t"))
            for verb in ["backup", "restore"] {
                let refused = control("store", verb, sample.folder("x"), on: sample)
                #expect(refused.status == 2 && refused.errors.contains("pg_dump --schema=pam_checkpwd"))
            }
        }

        @Test func `a file of secrets goes in, and comes out again`() throws {
            let sample = try SampleDatabase()
            let lines = (0..<3000).map { "login\($0):secret \($0)\n" }.joined()
            let file = sample.folder.write("secrets", lines.utf8)
            let imported = control("secret", "import", "--format", "colon", file, on: sample)
            #expect(imported.status == 0, "\(imported.errors)")
            #expect(sample.run("SELECT count(*) FROM pam_checkpwd.secrets") == "3000")
            #expect(control("secret", "show", "--reveal", "login2999", on: sample).output == "secret 2999\n")
            sample.run("UPDATE pam_checkpwd.secrets SET record = substr(record, 1, 40) WHERE login = 'login7'")
            let check = control("store", "check", on: sample)
            #expect(check.status == 1 && check.output.hasPrefix("record damaged: login7; "))
        }

        @Test func `a change of keys begins only when every host can have the new one`() throws {
            let sample = try sample()
            let early = control("store", "rekey", on: sample)
            #expect(early.status == 2 && early.errors.hasPrefix("checkpwdctl: no key is prepared: \(sample.keyPath); "))
            let prepared = control("store", "rekey", "--prepare", on: sample)
            #expect(prepared.output.hasSuffix("give \(sample.keyPath) to every host and service that has a copy of it, then run store rekey here\n"))
            let others = sample.folder("keys/other.key")
            try FileManager.default.copyItem(atPath: sample.keyPath, toPath: others)
            #expect(control("store", "rekey", on: sample).output == "1 records sealed anew; the old keys are retired\n")
            #expect(login(try right(), ["-S", sample.address, "-K", others]).status == 0)
            #expect(login(try right(), sample.options).status == 0)
        }

        @Test func `a change of keys, killed at any moment, leaves every login working, and goes on`() throws {
            let sample = try SampleDatabase()
            try sample.fill((0..<4000).map { "login\($0)" })
            #expect(control("store", "rekey", "--prepare", on: sample).status == 0)
            var wasKilled = 0
            for milliseconds in stride(from: 20, to: 400, by: 60) {
                let seconds = "\(Double(milliseconds) / 1000)"
                let command = ["timeout", "-s", "KILL", seconds, Stage.checkpwdctl, "store", "rekey"] + sample.options
                if Program(command).run().status == 137 { wasKilled += 1 }
                for login in ["login0", "login2222", "login3999"] {
                    #expect(try sample.text(of: login) == "secret of \(login)")
                }
            }
            #expect(wasKilled > 0)
            // Exit status 2: the last one came to its end.
            #expect([0, 2].contains(control("store", "rekey", on: sample).status))
            #expect(control("store", "check", on: sample).output == "4000 records read, 0 problems\n")
            #expect(control("store", "stat", on: sample).output.contains("\t4000\n"))
            let lines = try String(contentsOfFile: sample.keyPath, encoding: .utf8).split(separator: "\n")
            #expect(lines.count == 1)
        }
    }
}
