import CheckpwdCore
import Foundation
@testable import SecretStore
import StoreAdministration
import TestSupport
import Testing

@Suite(.enabled(if: DatabaseServer.isInstalled, "needs PostgreSQL")) struct DatabaseRecordsTests {
    private func remember(
        _ challenge: String, of login: String = "alice", in sample: SampleDatabase, now: Int = Int(Date().timeIntervalSince1970),
        for seconds: Int = 600
    ) -> String {
        let failure = failure { () throws(Failure) in
            try Secret(challenge).withUnsafeBytes { (challenge) throws(Failure) in
                try sample.store.replayCache(in: nil).remember(
                    challenge, of: LoginName(login), now: UInt64(now), until: UInt64(now + seconds))
            }
        }
        return failure.map { "\($0)" } ?? "accepted"
    }

    @Test func `a login's secret is found, and nobody else's`() throws {
        let sample = try SampleDatabase("alice", "bob")
        #expect(try sample.text(of: "alice") == "secret of alice")
        #expect(try sample.text(of: "bob") == "secret of bob")
        for login in ["carol", "", "alic", "' OR true --", String(repeating: "a", count: 512)] {
            #expect(try sample.text(of: login) == nil, "\(login)")
        }
        #expect(try sample.store.knows(LoginName("alice")))
    }

    @Test func `the database never sees a secret`() throws {
        let sample = try SampleDatabase("alice")
        #expect(sample.run("SELECT login FROM pam_checkpwd.secrets WHERE position('secret'::bytea IN record) > 0") == "")
        #expect(sample.run("SELECT encode(login, 'escape') FROM pam_checkpwd.secrets") == "alice")
    }

    @Test(arguments: [
        ("UPDATE pam_checkpwd.secrets SET record = (SELECT record FROM pam_checkpwd.secrets WHERE login = 'bob') "
            + "WHERE login = 'alice'", "record damaged: alice"),
        ("UPDATE pam_checkpwd.secrets SET record = substr(record, 1, 20) WHERE login = 'alice'", "record damaged: alice"),
        ("UPDATE pam_checkpwd.secrets SET record = set_byte(record, 1, 255 - get_byte(record, 1)) WHERE login = 'alice'",
            "record sealed under another key: alice"),
        ("UPDATE pam_checkpwd.secrets SET record = '' WHERE login = 'alice'", "record damaged: alice"),
    ])
    func `one damaged record is an error for its login alone`(damage: String, expected: String) throws {
        let sample = try SampleDatabase("alice", "bob")
        sample.run(damage)
        let failure = failure { () throws(Failure) in _ = try sample.store.secret(of: LoginName("alice"), with: sample.keys) }
        #expect("\(failure!)".hasPrefix("temporary: \(expected)"))
        #expect(try sample.text(of: "bob") == "secret of bob")
    }

    @Test func `a challenge is accepted once for a login`() throws {
        let sample = try SampleDatabase()
        #expect(remember("<1@host>", in: sample) == "accepted")
        #expect(remember("<1@host>", in: sample).hasPrefix("rejected: challenge answered before"))
        #expect(remember("<2@host>", in: sample) == "accepted")
        #expect(remember("<1@host>", of: "bob", in: sample) == "accepted")
    }

    @Test func `what is over for every host is forgotten, a bounded number at a time; what is not is kept`() throws {
        let sample = try SampleDatabase()
        sample.run(
            """
            INSERT INTO pam_checkpwd.replay SELECT int4send(n), extract(epoch FROM now()) - n, 0, 'x'
            FROM generate_series(1, 400) n
            """)
        func left() -> String {
            sample.run("SELECT count(*) FILTER (WHERE expires > extract(epoch FROM now()) - 290), count(*) FROM pam_checkpwd.replay")
        }
        #expect(remember("<1@host>", in: sample) == "accepted")
        #expect(left().hasSuffix("|337"))
        #expect(remember("<2@host>", in: sample) == "accepted")
        // Those of the last five minutes may be fresh for a host whose clock is behind.
        #expect(Int(left().split(separator: "|")[0])! >= 280)
        #expect(Int(left().split(separator: "|")[1])! <= 304)
    }

    @Test(arguments: [(-400, false), (-200, true), (200, true), (400, false)])
    func `a host whose clock is far from the database's is refused`(difference: Int, isAccepted: Bool) throws {
        let sample = try SampleDatabase()
        let outcome = remember("<1@host>", in: sample, now: Int(Date().timeIntervalSince1970) + difference)
        if isAccepted {
            #expect(outcome == "accepted")
        } else {
            #expect(outcome.hasPrefix("temporary: clock differs from the database's: "))
        }
    }

    @Test func `a role with the least rights looks up and remembers, and can do nothing else`() throws {
        let sample = try SampleDatabase("alice")
        let role = sample.name + "_mail"
        sample.run("CREATE ROLE \(role) LOGIN")
        defer { sample.run("DROP OWNED BY \(role); DROP ROLE \(role)") }
        let grants = StoreKeeper.grants.description.split(separator: "\n").filter { $0.hasSuffix("TO mail;") }
        sample.run(grants.joined(separator: " ").replacingOccurrences(of: "TO mail;", with: "TO \(role);"))
        let place = StorePlace(Array(DatabaseServer.shared.address(of: sample.name, as: role).utf8))
        let store = SecretStore(at: place)
        #expect(try store.knows(LoginName("alice")))
        let now = UInt64(Date().timeIntervalSince1970)
        try Secret("<1@host>").withUnsafeBytes { (challenge) throws(Failure) in
            try store.replayCache(in: nil).remember(challenge, of: LoginName("alice"), now: now, until: now + 600)
        }
        let keeper = StoreKeeper(at: place, keys: sample.keys)
        let failure = failure { () throws(Failure) in _ = try keeper.delete(LoginName("alice")) }
        #expect("\(failure!)".contains("permission denied for table secrets; grant the role what checkpwdctl(8) lists"))
        #expect(try store.knows(LoginName("alice")))
    }
}
