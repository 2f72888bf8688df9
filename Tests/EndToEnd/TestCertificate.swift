import Foundation
import TestSupport

/// A certificate that signs itself, and its key, in a folder of a test's.
struct TestCertificate {
    private let folder: Folder
    let chain: String
    let key: String

    init(in folder: Folder, name: String) {
        self.folder = folder
        chain = folder("certificate.pem")
        key = folder("key.pem")
        renew(name)
    }

    /// What smtp-auth is told.
    var options: [String] { ["--tls-cert", chain, "--tls-key", key] }

    /// Another certificate, with another key, in the place of the first.
    ///
    /// - Parameter days: from when to when it is valid, from today; nil for two days from now on.
    func renew(_ name: String, days: (from: Int, to: Int)? = nil) {
        let days = days ?? (0, 2)
        // openssl req knows no certificate of the past; openssl ca does.
        let outcome = Program(["/bin/sh", "-ec", Self.script, name, key, chain, folder.path, "\(days.from)", "\(days.to)"]).run()
        precondition(outcome.status == 0, outcome.output)
    }

    /// The name in the certificate that a server on this port shows after STARTTLS.
    ///
    /// - Parameter name: the host name that the client asks for.
    func subject(_ port: Int, asking name: String = "localhost") -> String? {
        let outcome = Program([
            "/bin/sh", "-c",
            #"openssl s_client -starttls smtp -connect "127.0.0.1:$0" -servername "$1" </dev/null 2>/dev/null | openssl x509 -noout -subject"#,
            "\(port)", name,
        ]).run()
        return outcome.output.split(separator: "=").last.map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }
    }

    private static let script = """
        exec 2>&1; cd "$3"; touch index.txt; umask 077
        printf '%s\\n' '[ca]' default_ca=d '[d]' database=index.txt new_certs_dir=. policy=p rand_serial=yes unique_subject=no \
            '[p]' commonName=supplied '[v]' "subjectAltName=DNS:$0" '[req]' distinguished_name=n '[n]' >ca.cnf
        openssl req -config ca.cnf -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$0" -keyout "$1" -out request
        openssl ca -config ca.cnf -batch -selfsign -notext -md sha256 -extensions v -keyfile "$1" -in request -out "$2" \
            -startdate "$(date -u -d "$4 days -1 minute" +%y%m%d%H%M%SZ)" -enddate "$(date -u -d "$5 days" +%y%m%d%H%M%SZ)"
        """
}
