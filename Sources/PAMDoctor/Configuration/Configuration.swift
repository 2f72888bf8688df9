/// What PAM makes of a service's file, and of all that it takes in.
public struct Configuration: Sendable {
    public internal(set) var stacks: [Kind: Stack] = [:]
    /// What is wrong with the lines themselves.
    public internal(set) var findings: [Finding] = []
    /// The files that were read, the service's own first.
    public internal(set) var files: [String] = []
    /// Where libpam gives up on the service: pam_start(3) returns `abort`.
    public internal(set) var givesUp: Place?

    public subscript(kind: Kind) -> Stack { stacks[kind] ?? [] }

    /// Reads a service as libpam does: its file in the first of the folders that has one; `/etc/pam.conf` only where there is
    /// neither folder.
    ///
    /// - Returns: nil where the service has no file, or no line in `/etc/pam.conf`.
    public init?(of service: String, in tree: FileTree) {
        var reader = Reader(tree, service: service)
        if Reader.folders.contains(where: { tree.isFolder(String($0.dropLast())) }) {
            guard let path = reader.path(of: service) else { return nil }
            reader.read(path, for: nil, level: 0, route: [])
        } else {
            reader.readTable("/etc/pam.conf")
            if reader.result.stacks.isEmpty, reader.result.findings.isEmpty { return nil }
        }
        self = reader.result
    }

    init() {}
}
