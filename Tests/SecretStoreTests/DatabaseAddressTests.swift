@testable import SecretStore
import TestSupport
import Testing

@Suite struct DatabaseAddressTests {
    @Test(arguments: [
        ("postgresql://db.example.com/mail", "postgresql://db.example.com/mail"),
        ("postgres://mail@db.example.com:5433/mail?sslmode=verify-full", "postgresql://db.example.com:5433/mail"),
        ("postgresql:///mail?host=/run/postgresql&password=secret", "postgresql:///mail"),
        ("postgresql://mail:secret@db.example.com/mail", "postgresql://db.example.com/mail"),
        ("postgresql://mail:s@cret@db.example.com/mail", "postgresql://db.example.com/mail"),
        ("postgresql://", "postgresql://"),
        ("postgresql://one:5432,[::1]:5433,two/mail", "postgresql://one:5432,[::1]:5433,two/mail"),
        ("postgresql:///mail?host=@abstract", "postgresql:///mail"),
        // What should have been encoded, or ends too early.
        ("postgresql://mail:s3c?r3t@db.example.com/mail", "postgresql://mail"),
        ("postgresql://mail:5432?r3t@db.example.com/mail", "postgresql://mail"),
        ("postgresql://mail:s3c/r3t@db.example.com/mail?sslmode=require", "postgresql://db.example.com/mail"),
        ("postgresql://db.example.com/mail?password=s3c@r3t", "postgresql://db.example.com/mail"),
        ("postgresql://mail@db.example.com/mail?password=s3c@r3t", "postgresql://db.example.com/mail"),
        ("postgresql://mail:s3cr3t@db.example.com/mail?password=s3c@r3t", "postgresql://mail"),
        ("postgresql://mail:s3cr3t/mail", "postgresql://mail"),
        ("postgresql://mail:s3c/r3t", "postgresql://mail"),
        ("postgresql://mail:5s3cr3t,s3/cr3t", "postgresql://mail"),
        ("postgresql://[mail:s3cr3t/mail", "postgresql://[mail"),
    ])
    func `messages name neither user nor options, nor what may be a password`(text: String, name: String) {
        #expect(DatabaseAddress(Array(text.utf8))?.name.text == name)
    }

    @Test(arguments: ["/var/lib/pam-checkpwd/secrets.mdb", "postgresql:/mail", "host=db dbname=mail", "", "POSTGRESQL://db/x"])
    func `what is no address is a file`(text: String) {
        #expect(DatabaseAddress(Array(text.utf8)) == nil)
    }
}
