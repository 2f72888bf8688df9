import ByteStrings
import CPlatform

/// The environment of the auth command: our own, and who the client is.
struct ChildEnvironment: Sendable {
    /// `NAME=value`, each.
    private let entries: [[UInt8]]
    private static let remoteName: StaticString = "TCPREMOTEIP="

    init(_ entries: [[UInt8]]) {
        self.entries = entries
    }

    /// This process's environment, as it is now.
    static var current: ChildEnvironment {
        var entries: [[UInt8]] = []
        var next = cplatform_environment()
        while let entry = next?.pointee {
            entries.append([UInt8](cString: entry))
            next = next?.advanced(by: 1)
        }
        return ChildEnvironment(entries)
    }

    /// `TCPREMOTEIP`, which tcpserver and its kin set to the client's address; nil where it is not set, or empty.
    var remoteHost: [UInt8]? {
        let name = [UInt8](Self.remoteName)
        guard let entry = entries.first(where: { $0.starts(with: name) }), entry.count > name.count else { return nil }
        return Array(entry[name.count...])
    }

    /// The entries for a child that serves the client at an address. Where it is unknown, `TCPREMOTEIP` is not set:
    /// somebody else's would be a lie.
    func entries(remoteHost: [UInt8]) -> [[UInt8]] {
        let name = [UInt8](Self.remoteName)
        var entries = entries.filter { !$0.starts(with: name) }
        if !remoteHost.isEmpty { entries.append(name + remoteHost) }
        return entries
    }
}
