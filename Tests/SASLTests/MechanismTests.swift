import SASL
import Testing

@Suite("Mechanism")
struct MechanismTests {
    @Test(
        "is found by its name in either case, and by nothing else",
        arguments: [
            ("LOGIN", Mechanism.login), ("login", .login), ("PLAIN", .plain), ("Plain", .plain),
            ("CRAM-MD5", .cramMD5), ("cram-md5", .cramMD5), ("", nil), ("CRAM", nil), ("CRAM-MD55", nil),
            ("PLAIN ", nil), ("CRAM\rMD5", nil), ("DIGEST-MD5", nil),
        ])
    func lookup(name: String, expected: Mechanism?) {
        #expect(Mechanism(name: Array(name.utf8)) == expected)
    }
}
