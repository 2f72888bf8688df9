import TestSupport
import Testing

@testable import PostgreSQL

@Suite struct DatabaseAddressTests {
    @Test(arguments: [
        ("postgresql://db.example.com/mail", "postgresql://db.example.com/mail"),
        ("postgres://mail@db.example.com:5433/mail?sslmode=verify-full", "postgresql://db.example.com:5433/mail"),
        ("postgresql:///mail?host=/run/postgresql&password=secret", "postgresql:///mail"),
        ("postgresql://mail:secret@db.example.com/mail", "postgresql://db.example.com/mail"),
        ("postgresql://mail:s@cret@db.example.com/mail", "postgresql://db.example.com/mail"),
        ("postgresql://", "postgresql://"),
    ])
    func `messages name neither user nor options`(text: String, name: String) {
        #expect(DatabaseAddress(Array(text.utf8))?.name.text == name)
    }

    @Test(arguments: ["/var/lib/pam-checkpwd/secrets.mdb", "postgresql:/mail", "host=db dbname=mail", "", "POSTGRESQL://db/x"])
    func `what is no address is a file`(text: String) {
        #expect(DatabaseAddress(Array(text.utf8)) == nil)
    }
}
