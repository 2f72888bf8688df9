import ByteStrings
import CPostgreSQL
import Verdicts

/// libpq, as far as we use it.
typealias Library = UnsafePointer<cpostgresql_functions>

extension UnsafePointer<cpostgresql_functions> {
    /// Loads it on first use.
    static func load() throws(Failure) -> Library {
        var problem: UnsafePointer<CChar>?
        guard let functions = cpostgresql_load(&problem) else {
            throw .temporary(
                Cause(
                    "libpq cannot be loaded", about: problem.map { [UInt8](cString: $0) } ?? [],
                    remedy: "install the package that has it (Debian: libpq5)"))
        }
        return functions
    }
}
