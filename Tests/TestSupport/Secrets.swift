import CheckpwdCore

extension Secret {
    /// A secret for a test: no secret at all.
    public init(_ text: String) {
        self.init(copying: Array(text.utf8))
    }

    public borrowing func text() -> String {
        withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    }
}

extension LoginName {
    public init(_ text: String) {
        self.init(Array(text.utf8))
    }
}

extension [UInt8] {
    public var text: String { String(decoding: self, as: UTF8.self) }
}
