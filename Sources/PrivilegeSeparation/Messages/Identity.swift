/// Who the network process becomes, and where.
public struct Identity: Equatable, Sendable {
    public let user: UInt32
    public let group: UInt32
    /// The folder that it sees as `/`; nil where it keeps the system's.
    public let root: [UInt8]?

    public init(user: UInt32, group: UInt32, root: [UInt8]? = nil) {
        self.user = user
        self.group = group
        self.root = root
    }
}
