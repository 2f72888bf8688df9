import TestSupport
import Testing

/// The administrator's openssl.cnf decides which algorithms there are.
@Suite struct OpenSSLConfigurationTests {
    /// An openssl.cnf by which only algorithms with FIPS approval serve.
    static let fipsOnly = """
        openssl_conf = main
        [main]
        providers = providers
        alg_section = algorithms
        [providers]
        default = built_in
        [built_in]
        activate = 1
        [algorithms]
        default_properties = fips=yes
        """

    private let folder = Folder()

    private func environment(_ configuration: String) -> [String: String] {
        ["OPENSSL_CONF": folder.write("openssl.cnf", configuration.utf8)]
    }

    /// The person who types it names the mechanism.
    @Test func `checkpwdctl respond computes HMAC-MD5 also if openssl.cnf asks for FIPS`() {
        let outcome = Program([
            Stage.checkpwdctl, "respond", "--stdin", "tim", "<1896.697170952@postoffice.reston.mci.net>",
        ]).run(input: Array("tanstaaftanstaaf".utf8), environment: environment(Self.fipsOnly))
        #expect(outcome.output == "dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw\n", "\(outcome.errors)")
    }

    @Test func `an algorithm that openssl.cnf excludes is a temporary failure that names it`() {
        let places = ["--store", folder("secrets.mdb"), "--store-key", folder("store.key")]
        #expect(Program([Stage.checkpwdctl, "store", "init"] + places).run().status == 0)
        let set = Program([Stage.checkpwdctl, "secret", "set", "--stdin"] + places + ["tim"])
        let outcome = set.run(input: Array("pass".utf8), environment: environment(Self.fipsOnly))
        #expect(outcome.status == 111)
        #expect(outcome.errors.hasPrefix("checkpwdctl: algorithm not available: AES-256-GCM: error 0308010C: "))
        // Without it the same command works.
        #expect(set.run(input: Array("pass".utf8)).status == 0)
    }
}
