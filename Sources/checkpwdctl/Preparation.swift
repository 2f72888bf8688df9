import ArgumentParser
import CheckpwdCore
import StoreAdministration

/// Whether secrets are prepared before they are stored.
struct Preparation: ParsableArguments {
    @Flag(
        help: """
            Prepare secrets as RFC 8265 says (OpaqueString, which took SASLprep's place): blanks and accents that look the \
            same become the same bytes.
            """)
    var saslprep = false

    /// What prepares; nil where nothing is to be.
    func opaqueString() throws(Failure) -> OpaqueString? {
        saslprep ? try OpaqueString() : nil
    }

    /// - Throws: `misused` where the secret cannot be prepared.
    func apply(to secret: consuming Secret) throws(Failure) -> Secret {
        guard let opaque = try opaqueString() else { return secret }
        do throws(Unprepared) {
            return try opaque.prepare(secret)
        } catch {
            throw .misused(Cause(error.reason, remedy: "nothing was changed"))
        }
    }
}
