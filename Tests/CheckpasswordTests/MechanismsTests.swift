import Checkpassword
import TestSupport
import Testing

@Suite struct MechanismsTests {
    @Test(arguments: [
        "plain", "cram-md5", "plain-or-cram-md5-or-apop",
        "plain-or-cram-md5-or-apop-or-cram-sha1-or-cram-sha224-or-cram-sha256-or-cram-sha384-or-cram-sha512-or-cram-ripemd",
    ])
    func `names make a set, and the set has these names`(names: String) {
        let list = names.replacing("-or-", with: ",")
        #expect(Mechanisms(names: Array(list.utf8))?.names.text == names)
    }

    @Test(arguments: ["", "plain,", ",", "PLAIN", "cram", "plain,digest-md5", "plain cram-md5"])
    func `an unknown name makes none`(names: String) {
        #expect(Mechanisms(names: Array(names.utf8)) == nil)
    }

    @Test func `all is every one of them`() {
        #expect(Mechanisms.all.names.text.split(separator: "-or-").count == 9)
    }
}
