import CDynamic
import CheckpwdCore

/// libpq, as far as we use it.
typealias Library = UnsafePointer<cdynamic_pq>

extension UnsafePointer<cdynamic_pq> {
    /// Loads it on first use.
    static func load() throws(Failure) -> Library {
        var problem: UnsafePointer<CChar>?
        guard let functions = cdynamic_load_pq(&problem) else {
            throw .temporary(
                Cause(
                    .libpqCannotBeLoaded, about: problem.map { [UInt8](cString: $0) } ?? [],
                    remedy: "install the package that has it (Debian: libpq5)"))
        }
        return functions
    }
}
