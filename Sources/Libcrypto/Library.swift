import ByteStrings
import CCrypto
import Verdicts

/// OpenSSL's libcrypto, loaded by whoever needs it first.
enum Library {
    /// - Throws: `temporary`, with the loader's words, where it is not there.
    static func load() throws(Failure) -> ccrypto_functions {
        var problem: UnsafePointer<CChar>?
        guard let functions = ccrypto_load(&problem) else {
            throw .temporary(
                Cause(
                    "libcrypto cannot be loaded", about: problem.map { [UInt8](cString: $0) } ?? [],
                    remedy: "install the package that has it (Debian: libssl3)"))
        }
        return functions.pointee
    }

    static func failed(_ what: StaticString) -> Failure {
        .temporary(Cause("libcrypto failed", about: [UInt8](what), remedy: "its provider may forbid the algorithm"))
    }
}
