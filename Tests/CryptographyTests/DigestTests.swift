import CheckpwdCore
import Cryptography
import TestSupport
import Testing

@Suite struct DigestTests {
    @Test(arguments: [
        ("RFC 2195", Digest.cramMD5, "<1896.697170952@postoffice.reston.mci.net>", "tanstaaftanstaaf",
            "b913a602c7eda7a495b4e6e7334d3890"),
        ("IndiMail's tutorial", .cramMD5, "<20137.1267585100@indimail.org>", "pass", "cee8397ab123a0d4f3a7fddbb9cb8719"),
        ("RFC 1939", .apop, "<1896.697170952@dbc.mtview.ca.us>", "tanstaaf", "c4c9334bac560ecc979e58001b3e22fb"),
    ])
    func `the published vectors hold`(
        source: String, digest: Digest, challenge: String, secret: String, hex: String
    ) throws {
        let computed = try Array(challenge.utf8).withUnsafeBytes {
            try digest.hexadecimal(challenge: $0, secret: Secret(secret), .asConfigured)
        }
        #expect(computed.text == hex, "\(source)")
    }
}
