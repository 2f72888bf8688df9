import CDynamic
import CheckpwdCore

/// Where a database is, as libpq writes it: `postgresql://[user@]host[:port]/database[?option=value]`.
public struct DatabaseAddress: Equatable, Sendable {
    let bytes: [UInt8]

    /// - Returns: nil where this is no such address, but the path of a file.
    package init?(_ bytes: [UInt8]) {
        guard bytes.starts(with: [UInt8]("postgresql://")) || bytes.starts(with: [UInt8]("postgres://")) else { return nil }
        self.bytes = bytes
    }

    /// The address for messages: without user, options, and whatever else may be a password, also where its writer forgot to
    /// encode a sign of it or the `@` behind it.
    package var name: [UInt8] {
        let scheme = bytes.firstIndex(of: UInt8(ascii: "/"))! + 2
        let end = bytes.firstIndex(of: UInt8(ascii: "?")) ?? bytes.count
        var place = bytes[scheme..<end]
        // Behind the question mark an `@` is an option's, or a password's end that has a question mark before it.
        if bytes[end...].contains(UInt8(ascii: "@")) { place = place.prefix { $0 != UInt8(ascii: ":") } }
        if let at = place.lastIndex(of: UInt8(ascii: "@")) { place = place[(at + 1)...] }
        return [UInt8]("postgresql://") + DatabaseAddress.withoutWords(place)
    }

    /// All up to the first colon behind which is no port.
    private static func withoutWords(_ place: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var isBracketed = false
        for index in place.indices {
            switch place[index] {
            // An IPv6 address.
            case UInt8(ascii: "["): isBracketed = place[index...].contains(UInt8(ascii: "]"))
            case UInt8(ascii: "]"): isBracketed = false
            case UInt8(ascii: ":") where !isBracketed:
                let port = place[(index + 1)...].prefix { $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: "/") }
                guard port.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return place[..<index] }
            default: continue
            }
        }
        return place
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
            throw .misused(Cause(.passwordInStoreAddress, about: name, remedy: DatabaseAddress.credentials))
        }
        // What stands behind the colon of `user:password` without its `@`. libpq would say so with the word in it.
        let port = settings["port"] ?? []
        guard port.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: ",") }) else {
            throw bad
        }
        guard EnvironmentVariable.value("PGPASSWORD") == nil else {
            throw .misused(Cause(.passwordInEnvironment, about: [UInt8]("PGPASSWORD"), remedy: DatabaseAddress.credentials))
        }
    }

    private static let credentials: StaticString =
        "give it in ~/.pgpass (passfile=) or pg_service.conf (service=), or use a client certificate or peer authentication"

    /// Without libpq's words, which repeat what may be a password.
    private var bad: Failure {
        .misused(
            Cause(.badStoreAddress, remedy: "postgresql://[user@]host[:port]/database[?option=value], without a password"))
    }
}

/// The parameters of a connection, as libpq lists them: ended by one without a keyword.
struct Settings {
    private let first: UnsafeMutablePointer<PQconninfoOption>

    /// - Parameter first: the list, which its owner frees.
    init(_ first: UnsafeMutablePointer<PQconninfoOption>) {
        self.first = first
    }

    /// A parameter's value, or nil where it has none.
    subscript(_ keyword: StaticString) -> [UInt8]? {
        let wanted = [UInt8](keyword)
        var next = first
        while let keyword = next.pointee.keyword {
            if [UInt8](cString: keyword) == wanted {
                guard let value = next.pointee.val, value.pointee != 0 else { return nil }
                return [UInt8](cString: value)
            }
            next += 1
        }
        return nil
    }

    /// Whether every host is a folder in which a Unix socket lies, or `@` and an abstract socket's name.
    var areLocal: Bool {
        guard self["hostaddr"] == nil else { return false }
        guard let hosts = self["host"] else { return true }
        return hosts.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).allSatisfy { host in
            host.isEmpty || host.first == UInt8(ascii: "/") || host.first == UInt8(ascii: "@")
        }
    }

    /// How many seconds connecting may take.
    var connectTimeout: Int? {
        guard let digits = self["connect_timeout"], digits.count <= 4 else { return nil }
        var seconds = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            seconds = 10 * seconds + Int(digit - UInt8(ascii: "0"))
        }
        return seconds > 0 ? seconds : nil
    }
}
