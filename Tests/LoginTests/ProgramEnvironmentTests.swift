@testable import Login
import Testing

@Suite struct ProgramEnvironmentTests {
    @Test(arguments: [
        ("USER", true), ("HOME", true), ("SHELL", true), ("PATH", true), ("LD_PRELOAD", true), ("LD_LIBRARY_PATH", true),
        ("EXTRA", true), ("userdb_uid", true), ("userdb_", true), ("AUTHORIZED", true), ("ORIG_UID", true),
        ("INSECURE_SETUID", true), ("AUTHSERVICE", true), ("LANG", false), ("KRB5CCNAME", false), ("USERNAME", false), ("user", false),
        ("LD", false), ("MAIL", false),
    ])
    func `a name that belongs to the interface is not a module's to set`(name: String, isReserved: Bool) {
        #expect(ProgramEnvironment.isReserved(Array(name.utf8)) == isReserved)
    }
}
