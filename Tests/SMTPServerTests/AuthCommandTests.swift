import PrivilegeSeparation
import SASL
@testable import SMTPServer
import TestSupport
import Testing

/// The auth command's name, options and defaults.
@Suite struct AuthCommandTests {
    private static func words(_ text: String) -> [[UInt8]] { text.split(separator: " ").map { Array($0.utf8) } }

    @Test(arguments: [
        ("pam-checkpwd -s smtp -e -- /bin/true", true, "pam-checkpwd --list-mechanisms -s smtp -e -- /bin/true"),
        ("/usr/local/sbin/pam-checkpwd", true, "/usr/local/sbin/pam-checkpwd --list-mechanisms"),
        ("./pam-checkpwd --resident", true, "./pam-checkpwd --list-mechanisms --resident"),
        ("/usr/local/sbin/pam-checkpwd2 -e", false, nil), ("/pam-checkpwd/checkpassword", false, nil), ("pam-checkpwd/", false, nil),
        ("setuidgid vpopmail pam-checkpwd", false, nil), ("/bin/true", false, nil),
    ])
    func `pam-checkpwd is known by its name, wherever it is`(command: String, isPamCheckpwd: Bool, listing: String?) {
        let auth = AuthCommand(Self.words(command))
        #expect(auth.isPamCheckpwd == isPamCheckpwd)
        #expect(auth.fieldOrder == (isPamCheckpwd ? .indimail : .netqmail))
        #expect(auth.listing.map { $0.map { text($0) }.joined(separator: " ") } == listing)
    }

    @Test(arguments: [
        ("pam-checkpwd --resident -s smtp", true), ("pam-checkpwd -s smtp --resident", true), ("pam-checkpwd -s smtp", false),
        ("pam-checkpwd -e -- /bin/prog --resident", false), ("--resident", false),
    ])
    func `--resident is one of its options, and no word of the program's behind it`(command: String, isWorker: Bool) {
        #expect(AuthCommand(Self.words(command)).isWorker == isWorker)
    }
}

/// Which mechanisms are offered.
@Suite struct MechanismOfferTests {
    private static let all: [Mechanism] = [.login, .plain, .cramMD5], passwords: [Mechanism] = [.login, .plain]

    private static func names(_ names: String...) -> MechanismListing { .listed(names.map { Array($0.utf8) }) }

    @Test(arguments: [
        ([.cramMD5, .plain], nil, [.cramMD5, .plain], #"offered="CRAM-MD5,PLAIN" reason="named-by-option""#),
        ([.plain], names("plain", "cram-md5"), [.plain], #"offered="PLAIN" reason="named-by-option""#),
        (nil, nil, passwords, #"offered="LOGIN,PLAIN" reason="cram-md5-not-asked-for""#),
        (nil, names("plain", "cram-md5"), all, #"offered="LOGIN,PLAIN,CRAM-MD5" reason="listed-by-auth-command""#),
        (nil, names("cram-md5"), all, #"offered="LOGIN,PLAIN,CRAM-MD5" reason="listed-by-auth-command""#),
        (nil, names("plain", "cram-sha1"), passwords, #"offered="LOGIN,PLAIN" reason="cram-md5-not-listed-by-auth-command""#),
        (nil, names(), passwords, #"offered="LOGIN,PLAIN" reason="cram-md5-not-listed-by-auth-command""#),
        (
            nil, .failed(status: 111, words: Array("pam-checkpwd: no store".utf8)), passwords,
            #"offered="LOGIN,PLAIN" reason="auth-command-lists-nothing" status="111" text="pam-checkpwd:\x20no\x20store""#
        ),
        (nil, .failed(status: 2, words: []), passwords, #"offered="LOGIN,PLAIN" reason="auth-command-lists-nothing" status="2""#),
        (nil, .cannotStart(2), passwords, #"offered="LOGIN,PLAIN" reason="auth-command-lists-nothing" errno="2""#),
        (
            nil, .timedOut, passwords,
            #"offered="LOGIN,PLAIN" reason="auth-command-lists-nothing" text="no\x20answer\x20in\x20time""#
        ),
    ] as [([Mechanism]?, MechanismListing?, [Mechanism], String)])
    func `CRAM-MD5 is offered if it is asked for or listed, and the log says why`(
        named: [Mechanism]?, listing: MechanismListing?, offered: [Mechanism], line: String
    ) {
        let offer = MechanismOffer(named: named, listing: listing)
        #expect(offer.mechanisms == offered)
        #expect(MechanismOffer.mechanisms(of: offer.names) == offered)
        #expect(text(offer.line.bytes) == line)
    }
}
