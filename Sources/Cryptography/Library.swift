import CDynamic
import CheckpwdCore

/// OpenSSL's libcrypto, loaded by the first call that needs it.
enum Library {
    /// - Throws: `temporary`, with the loader's or OpenSSL's words, if it cannot be loaded or configured.
    static func load() throws(Failure) {
        guard let problem = cdynamic_load_crypto() else { return }
        throw .temporary(
            Cause(
                .libcryptoCannotBeLoaded, about: [UInt8](cString: problem) + AddressSpace.note,
                remedy: "install OpenSSL's library (Debian: libssl3), and check openssl.cnf"))
    }

    /// - Throws: `temporary`, with OpenSSL's reason, unless the call was done.
    static func require(_ result: cdynamic_result) throws(Failure) {
        switch result {
        case CDYNAMIC_DONE: return
        case CDYNAMIC_NOT_AVAILABLE:
            throw .temporary(
                Cause(
                    .algorithmNotAvailable, about: reason,
                    remedy: "openssl.cnf decides which this OpenSSL has; on a FIPS host MD5 must be named with -m"))
        default:
            throw .temporary(
                Cause(.libcryptoFailed, about: reason, remedy: "'openssl errstr' explains the error's number"))
        }
    }

    private static var reason: [UInt8] { [UInt8](cString: cdynamic_crypto_reason()) }
}
