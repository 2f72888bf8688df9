import CDynamic
import CheckpwdCore

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
