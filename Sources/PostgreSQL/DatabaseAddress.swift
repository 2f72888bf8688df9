import ByteStrings
import CPostgreSQL
import ProcessEnvironment
import Verdicts

/// Where a database is, as libpq writes it: `postgresql://[user@]host[:port]/database[?option=value]`.
public struct DatabaseAddress: Equatable, Sendable {
    let bytes: [UInt8]

    /// - Returns: nil where this is no such address, but the path of a file.
    package init?(_ bytes: [UInt8]) {
        guard bytes.starts(with: [UInt8]("postgresql://")) || bytes.starts(with: [UInt8]("postgres://")) else { return nil }
        self.bytes = bytes
    }

    /// The address for messages: without user and options, among which somebody may have put a password.
    package var name: [UInt8] {
        let place = bytes.prefix { $0 != UInt8(ascii: "?") }
        let at = place.lastIndex(of: UInt8(ascii: "@"))
        return at.map { [UInt8]("postgresql://") + place[($0 + 1)...] } ?? Array(place)
    }

    /// Everybody on the machine sees a command line, and the program that a login runs inherits the environment.
    ///
    /// - Throws: `misused` for a password in the address or in `$PGPASSWORD`, and for an address that cannot be read.
    func requireNoPassword(_ library: Library) throws(Failure) {
        var words: UnsafeMutablePointer<CChar>?
        let parsed = bytes.withCString { library.pointee.conninfoParse($0, &words) }
        if let words { library.pointee.freemem(words) }
        guard let parsed else { throw bad }
        defer { library.pointee.conninfoFree(parsed) }
        let settings = Settings(parsed)
        guard settings["password"] == nil, settings["sslpassword"] == nil else {
            throw .misused(Cause("password in store address", about: name, remedy: DatabaseAddress.credentials))
        }
        // What stands behind the colon of `user:password` without its `@`. libpq would say so with the word in it.
        let port = settings["port"] ?? []
        guard port.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: ",") }) else {
            throw bad
        }
        guard Variable.value("PGPASSWORD") == nil else {
            throw .misused(Cause("password in environment", about: [UInt8]("PGPASSWORD"), remedy: DatabaseAddress.credentials))
        }
    }

    private static let credentials: StaticString =
        "give it in ~/.pgpass (passfile=) or pg_service.conf (service=), or use a client certificate or peer authentication"

    /// Without libpq's words, which repeat what may be a password.
    private var bad: Failure {
        .misused(
            Cause("bad store address", remedy: "postgresql://[user@]host[:port]/database[?option=value], without a password"))
    }
}
